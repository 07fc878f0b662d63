import path from 'node:path';
import { InputError } from '../../core/errors';
import type { FollowParams, FollowRequests } from '../../protocol/follow';
import { openSource } from '../recording/recordModels';
import type { Handlers, Tell } from '../work/handlers';
import { RunFollower } from './followRun';
import { rememberedFolder } from './rememberedFolder';

/** Answers of all requests about following. */
export function followHandlers(tell: Tell): Pick<Handlers, keyof FollowRequests> {
  const followers = new Map<string, Promise<RunFollower>>();
  const start = async (params: FollowParams): Promise<RunFollower> => {
    const folder = path.resolve(params.folder);
    const { checkpoints, source, backend, newestFirst } = params;
    return RunFollower.start(
      {
        folder,
        checkpoints: path.resolve(checkpoints),
        modelOptions: { backend, output: source?.output },
        begin: source && (() => openSource({ ...source, out: folder, backend })),
        newestFirst,
      },
      {
        onNotice: (text) => tell('engine/log', { level: 'info', text: `${path.basename(folder)}: ${text}` }),
        onSnapshot: (_snapshot, _accuracy, index) => tell('run/snapshot', { folder, snapshot: index }),
        onChange: (state) => {
          if (state.status !== 'following') followers.delete(folder);
          tell('follow/changed', state);
        },
      },
    );
  };
  return {
    'follow/start': async (params) => {
      const folder = path.resolve(params.folder);
      const there = followers.get(folder);
      if (there) throw alreadyFollowed(folder, (await there).state.checkpoints);
      const starting = start(params);
      followers.set(folder, starting);
      try {
        return (await starting).state;
      } catch (error) {
        followers.delete(folder);
        throw error;
      }
    },
    'follow/stop': async ({ folder }) => {
      const resolved = path.resolve(folder);
      const follower = await followers.get(resolved);
      await follower?.stop();
      followers.delete(resolved);
      return {};
    },
    'follow/folder': async ({ folder }) => ({ checkpoints: await rememberedFolder(folder) }),
  };
}

function alreadyFollowed(folder: string, checkpoints: string): InputError {
  return new InputError(folder, `records the checkpoints of ${checkpoints} already; pause that first`);
}
