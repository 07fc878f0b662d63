import type { RunInfo } from '../../protocol/engine';
import type { ColourBy, View } from '../../protocol/state';
import type { Services } from '../shared/services';
import type { Session } from '../session/session';
import { activeSession } from './activeSession';
import type { CommandHandlers } from './registry';
import { showQuickPick } from '../shared/messages';
import { formatShare, snapshotName } from '../../core/wording';

/** A snapshot of a run. */
interface SnapshotTarget {
  folder: string;
  snapshot: number;
  /** The focus stays where it is. */
  keepFocus?: boolean;
}

/** Commands that move through snapshots and levels, and change how they are shown. */
export function navigateCommands(services: Pick<Services, 'sessions' | 'panels'>) {
  const step = (to: (snapshot: number, last: number) => number) => () => {
    const { session, run } = activeSession(services);
    session.change({ snapshot: to(session.state.snapshot, run.snapshots.length - 1) });
  };
  return {
    'apd.previousSnapshot': step((snapshot) => snapshot - 1),
    'apd.nextSnapshot': step((snapshot) => snapshot + 1),
    'apd.firstSnapshot': step(() => 0),
    'apd.lastSnapshot': step((_, last) => last),
    'apd.goToSnapshot': async () => {
      const { session, run } = activeSession(services);
      const snapshot = await pickSnapshot(session, run);
      if (snapshot !== undefined) session.change({ snapshot });
    },
    'apd.showSnapshot': async (target: SnapshotTarget) => {
      const { folder, snapshot, keepFocus } = target;
      if (services.sessions.of(folder).length === 0) await services.panels.open(folder, { keepFocus });
      const [session] = services.sessions.of(folder);
      if (!session) return;
      services.panels.of(folder)[0]?.webviewPanel.reveal(undefined, keepFocus);
      services.sessions.activate(session);
      session.change({ snapshot });
    },
    'apd.goToLevel': async () => {
      const { session, run } = activeSession(services);
      const items = run.layers.map((layer, level) => ({
        label: `${level} · ${layer.name}`,
        description: `${layer.activation}, ${layer.units} units`,
        picked: level === session.state.level,
        level,
      }));
      const placeHolder = 'Level that the tree, the time view and the patterns view show';
      const picked = await showQuickPick(items, { title: 'Go to Level', placeHolder });
      if (picked) session.change({ level: picked.level });
    },
    'apd.colourBy': async (colour?: ColourBy) => {
      const { session, run } = activeSession(services);
      const choice = colour ?? (await pickColouring(session, run));
      if (choice) session.change({ colour: choice });
    },
    'apd.switchView': async (view?: View) => {
      const { session } = activeSession(services);
      const choice = view ?? (await pickView(session));
      if (choice) session.change({ view: choice });
    },
  } satisfies CommandHandlers;
}

async function pickSnapshot(session: Session, run: RunInfo): Promise<number | undefined> {
  const items = run.snapshots.map((entry, snapshot) => {
    const patterns = session.timeline?.patterns.map((level) => level[snapshot] ?? '–').join(' · ');
    const shown = snapshot === session.state.snapshot;
    return {
      icon: marked(shown),
      label: snapshotName(entry),
      description: entry.accuracy === undefined ? '' : `accuracy ${formatShare(entry.accuracy)}`,
      detail: patterns && `patterns per level: ${patterns}`,
      snapshot,
    };
  });
  const picked = await showQuickPick(items, {
    title: `Snapshots of ${run.name}`,
    placeHolder: 'Snapshot to show',
    matchOnDescription: true,
  });
  return picked?.snapshot;
}

async function pickColouring(session: Session, run: RunInfo): Promise<ColourBy | undefined> {
  const all: { label: string; description: string; colour: ColourBy; there: boolean }[] = [
    { label: 'Label', description: 'class that the dataset gives', colour: 'label', there: run.labelled },
    { label: 'Output', description: 'class that the network predicts', colour: 'output', there: true },
    {
      label: 'Correct',
      description: 'whether the prediction is right',
      colour: 'correct',
      there: run.judged,
    },
  ];
  const items = all
    .filter(({ there }) => there)
    .map((item) => ({ ...item, icon: marked(item.colour === session.state.colour) }));
  const picked = await showQuickPick(items, {
    title: 'Colour By',
    placeHolder: 'What colours stand for',
  });
  return picked?.colour;
}

async function pickView(session: Session): Promise<View | undefined> {
  const all: { label: string; description: string; view: View }[] = [
    { label: 'Flow', description: 'patterns of every level, and the paths between them', view: 'flow' },
    { label: 'Partition', description: 'instances parted by information gain', view: 'partition' },
    { label: 'Level over Time', description: 'one level, a column per snapshot', view: 'time' },
    {
      label: 'Patterns',
      description: 'the largest patterns of one level as rows of units',
      view: 'patterns',
    },
  ];
  const items = all.map((item) => ({
    ...item,
    icon: marked(item.view === session.state.view),
  }));
  const picked = await showQuickPick(items, {
    title: 'Switch View',
    placeHolder: 'View of the run',
  });
  return picked?.view;
}

function marked(shown: boolean): string {
  return shown ? 'circle-filled' : 'circle-outline';
}
