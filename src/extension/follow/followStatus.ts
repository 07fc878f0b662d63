import * as path from 'node:path';
import * as vscode from 'vscode';
import type { FollowState } from '../../protocol/follow';
import type { Services } from '../shared/services';
import { statusItem } from '../shared/items';
import { setContextKey } from '../shared/settings';
import { pluralise } from '../../core/wording';

/** What is followed, in the status bar and for menus. */
export function followStatus(services: Pick<Services, 'following' | 'sessions'>): vscode.Disposable {
  const { following, sessions } = services;
  const item = statusItem('apd.follow', 8, 'Checkpoints Followed', 'apd.pauseFollowing');
  const update = () => {
    const { all } = following;
    const active = sessions.active && following.of(sessions.active.folder);
    setContextKey('apd.followed', all.length > 0);
    const run = sessions.active?.run;
    setContextKey('apd.followedHere', active !== undefined);
    setContextKey('apd.followable', run !== undefined && !run.training && !active);
    if (all.length === 0) {
      item.say(undefined);
      return;
    }
    const texts = all.map(longText);
    item.say({
      icon: 'radio-tower',
      text: all.map(shortText).join(' · '),
      tooltip: [...texts, 'Click to pause.'],
      spoken: texts.join(', '),
    });
  };
  update();
  return vscode.Disposable.from(item, following.onDidChange(update), sessions.onDidChange(update));
}

function shortText({ folder, waiting, current, refused }: FollowState): string {
  const left = waiting + (current ? 1 : 0);
  const more = left > 0 ? ` (${left} to record)` : '';
  return `${path.basename(folder)}${more}${refused.length > 0 ? ' ⚠' : ''}`;
}

function longText({ checkpoints, recorded, waiting, current, incomplete, refused }: FollowState): string {
  const parts = [`Checkpoints of ${checkpoints}: ${pluralise(recorded, 'snapshot')} recorded since`];
  if (current) parts.push(`recording ${path.basename(current.model)}`);
  if (waiting > 0) parts.push(`${waiting} waiting`);
  for (const { problem } of [...incomplete, ...refused]) parts.push(problem);
  return parts.join(', ');
}
