/**
 * What the extension adds to VS Code, in one table: package.json repeats it because VS Code reads it there, a test holds
 * the two together, and the types below keep the code to it.
 */

/** How a command is offered. Each says when, or why always: what can do nothing now is not offered. */
export interface CommandEntry {
  /** Title without the category. */
  title: string;
  /** Codicon, for toolbars. */
  icon?: string;
  /** When it can be run, as a `when` clause: elsewhere menus show it grey, and the palette not at all. */
  enablement?: string;
  /**
   * When the palette offers it, for commands that menus give something that the palette does not; false for commands
   * that only views call.
   */
  palette?: string | false;
  /** Why it is offered always. */
  always?: string;
}

/** Category of all commands in the palette. */
export const CATEGORY = 'APD';

const HAS_RUN = 'apd.hasRun';
const HAS_LOG = 'apd.hasRun && apd.hasLog';
const IN_LOG = 'resourcePath in apd.logFiles';
const SOME_RUN = 'apd.hasRun || apd.runFolders';
const BROWSES = 'it lets the user browse for what the workspace does not have';

const commandTable = {
  'apd.openModel': {
    title: 'Open Diagram for Model…',
    icon: '$(type-hierarchy)',
    enablement: '!apd.recording',
  },
  'apd.openRun': { title: 'Open Run…', icon: '$(folder-opened)', always: BROWSES },
  'apd.openExample': { title: 'Open Example Diagram', icon: '$(beaker)', enablement: '!apd.recording' },
  'apd.chooseDataset': { title: 'Choose Dataset of Model…', icon: '$(database)', always: BROWSES },
  'apd.previousSnapshot': {
    title: 'Previous Snapshot',
    icon: '$(chevron-left)',
    enablement: `${HAS_RUN} && apd.hasEarlier`,
  },
  'apd.nextSnapshot': {
    title: 'Next Snapshot',
    icon: '$(chevron-right)',
    enablement: `${HAS_RUN} && apd.hasLater`,
  },
  'apd.firstSnapshot': { title: 'First Snapshot', enablement: `${HAS_RUN} && apd.hasEarlier` },
  'apd.lastSnapshot': { title: 'Last Snapshot', enablement: `${HAS_RUN} && apd.hasLater` },
  'apd.goToSnapshot': {
    title: 'Go to Snapshot…',
    icon: '$(history)',
    enablement: 'apd.hasEarlier || apd.hasLater',
  },
  'apd.goToLevel': {
    title: 'Go to Level…',
    icon: '$(layers)',
    enablement: `${HAS_RUN} && apd.hasLevels`,
  },
  'apd.colourBy': {
    title: 'Colour By…',
    icon: '$(symbol-color)',
    enablement: `${HAS_RUN} && apd.hasLabels`,
  },
  'apd.switchView': { title: 'Switch View…', icon: '$(eye)', enablement: HAS_RUN },
  'apd.filterToSelection': {
    title: 'Filter to Selection',
    icon: '$(filter)',
    enablement: `${HAS_RUN} && apd.hasSelection`,
  },
  'apd.clearFilters': {
    title: 'Clear Filters',
    icon: '$(clear-all)',
    enablement: `${HAS_RUN} && apd.hasFilters`,
  },
  'apd.findInstance': { title: 'Find Instance…', icon: '$(search)', enablement: HAS_RUN },
  'apd.revealInDataset': { title: 'Reveal in Dataset', icon: '$(go-to-file)', enablement: HAS_RUN },
  'apd.exportPicture': { title: 'Export Picture…', icon: '$(file-media)', enablement: HAS_RUN },
  'apd.exportData': { title: 'Export Data…', icon: '$(export)', enablement: HAS_RUN },
  'apd.reportRun': { title: 'Report Measures of Run', icon: '$(output)', always: BROWSES },
  'apd.refresh': { title: 'Refresh', icon: '$(refresh)', always: 'it looks for runs' },
  'apd.cancel': { title: 'Cancel', icon: '$(debug-stop)', enablement: 'apd.busy || apd.recording' },
  'apd.showLog': { title: 'Show Log', icon: '$(list-flat)', always: 'there is a log from the start' },
  'apd.train': {
    title: 'Train…',
    icon: '$(play)',
    always: 'it offers to write a configuration where there is none',
  },
  'apd.pauseTraining': {
    title: 'Pause Training',
    icon: '$(debug-pause)',
    enablement: 'apd.training && !apd.trainingPaused',
  },
  'apd.resumeTraining': {
    title: 'Resume Training',
    icon: '$(debug-continue)',
    enablement: 'apd.training && apd.trainingPaused',
  },
  'apd.stopTraining': { title: 'Stop Training', icon: '$(debug-stop)', enablement: 'apd.training' },
  'apd.manageTrainings': {
    title: 'Manage Trainings…',
    icon: '$(checklist)',
    enablement: 'apd.training',
  },
  'apd.trainMore': { title: 'Train More Epochs…', icon: '$(add)', palette: 'apd.trainedRuns' },
  'apd.continueTraining': {
    title: 'Continue Training',
    icon: '$(debug-restart)',
    palette: 'apd.unfinishedRuns',
  },
  'apd.branchTraining': {
    title: 'Restart from Snapshot…',
    icon: '$(repo-forked)',
    palette: 'apd.trainedRuns',
  },
  'apd.openTrainingExample': {
    title: 'Open Training Example…',
    icon: '$(mortar-board)',
    always: 'the examples come with the extension',
  },
  'apd.newTraining': { title: 'New Training Configuration…', icon: '$(new-file)', always: BROWSES },
  'apd.openRunsOfConfiguration': {
    title: 'Open Runs of Configuration',
    icon: '$(type-hierarchy)',
    palette: 'apd.trainedRuns || apd.training',
  },
  'apd.installNativeBackend': {
    title: 'Install Native Backend…',
    icon: '$(cloud-download)',
    enablement: 'isWorkspaceTrusted',
  },
  'apd.chooseNativeBackend': {
    title: 'Choose Native Backend of Workspace…',
    enablement: 'isWorkspaceTrusted',
  },
  'apd.followLatest': {
    title: 'Follow Latest Snapshot',
    icon: '$(unlock)',
    enablement: `${HAS_RUN} && !apd.following`,
  },
  'apd.holdSnapshot': {
    title: 'Stop Following Latest Snapshot',
    icon: '$(lock)',
    enablement: `${HAS_RUN} && apd.following`,
  },
  'apd.linkLog': { title: 'Link Log…', icon: '$(link)', enablement: SOME_RUN },
  'apd.unlinkLog': { title: 'Unlink Log', icon: '$(debug-disconnect)', enablement: HAS_LOG },
  'apd.revealInLog': { title: 'Reveal in Log', icon: '$(go-to-file)', enablement: HAS_LOG },
  'apd.showDiagramForLine': {
    title: 'Show Diagram for Line',
    icon: '$(type-hierarchy)',
    enablement: IN_LOG,
  },
  'apd.previousSnapshotInLog': { title: 'Previous Snapshot in Log', icon: '$(arrow-up)', enablement: IN_LOG },
  'apd.nextSnapshotInLog': { title: 'Next Snapshot in Log', icon: '$(arrow-down)', enablement: IN_LOG },
  'apd.matchSnapshot': { title: 'Set Log Line of Snapshot…', icon: '$(edit)', enablement: HAS_LOG },
  'apd.shiftEpochs': { title: 'Set Epoch Shift of Log…', enablement: HAS_LOG },
  'apd.chooseMetrics': { title: 'Choose Metrics of Timeline…', icon: '$(graph-line)', enablement: HAS_LOG },
  'apd.followCheckpoints': { title: 'Follow Checkpoints…', icon: '$(radio-tower)', always: BROWSES },
  'apd.pauseFollowing': {
    title: 'Pause Following Checkpoints',
    icon: '$(debug-pause)',
    enablement: 'apd.followed',
  },
  'apd.runPython': {
    title: 'Run and Record Activation Patterns',
    icon: '$(record)',
    enablement: 'isWorkspaceTrusted',
  },
  'apd.stopPython': {
    title: 'Stop Recorded Python Training',
    icon: '$(debug-stop)',
    enablement: 'apd.pythonTraining',
  },
  'apd.showTrainingTerminal': {
    title: 'Show Terminal of Python Training',
    icon: '$(terminal)',
    enablement: 'apd.pythonTraining',
  },
  'apd.recordCheckpointsWithPython': {
    title: 'Record Checkpoints with Python…',
    icon: '$(record)',
    enablement: 'isWorkspaceTrusted',
  },
  'apd.showSnapshot': { title: 'Show Snapshot', palette: false },
  'apd.selectPattern': { title: 'Select Pattern', palette: false },
  'apd.selectInstance': { title: 'Select Instance', palette: false },
  'apd.showMoreInstances': { title: 'Show More', palette: false },
} as const satisfies Record<string, CommandEntry>;

/** Identifier of a command. */
export type CommandId = keyof typeof commandTable;

/** All commands. */
export const commands: Record<CommandId, CommandEntry> = commandTable;

/** All settings with their types and defaults. */
export const settings = {
  'apd.runsFolder': 'apd-runs',
  'apd.inferenceEngine': 'auto' as 'auto' | 'node' | 'wasm',
  'apd.blocks': 64,
  'apd.engineMemory': 4096,
  'apd.engineHang': 180,
  'apd.training.backend': 'auto' as 'auto' | 'node' | 'wasm' | 'cpu',
  'apd.training.notify': true as boolean,
  'apd.log.followCursor': true as boolean,
  'apd.log.findBeside': true as boolean,
  'apd.log.pattern': '',
};

/** Name of a setting. */
export type SettingId = keyof typeof settings;

/** All context keys with their types. */
export interface ContextKeys {
  /** The active diagram shows a run. */
  'apd.hasRun': boolean;
  /** There is a snapshot before, or after, the one that is shown. */
  'apd.hasEarlier': boolean;
  'apd.hasLater': boolean;
  /** It has levels to choose among; and labels beside outputs. */
  'apd.hasLevels': boolean;
  'apd.hasLabels': boolean;
  /** Blocks or instances are selected. */
  'apd.hasSelection': boolean;
  'apd.hasFilters': boolean;
  /** The active diagram is being computed. */
  'apd.busy': boolean;
  /** A model is being recorded. */
  'apd.recording': boolean;
  /** A network is being trained; and it is paused. */
  'apd.training': boolean;
  'apd.trainingPaused': boolean;
  /** A Python training is being recorded. */
  'apd.pythonTraining': boolean;
  /** The run of the active diagram is that of a Python training. */
  'apd.pythonHere': boolean;
  /** The run of the active diagram is being trained. */
  'apd.live': boolean;
  /** The active diagram goes to each new snapshot. */
  'apd.following': boolean;
  /** The run of the active diagram has a log. */
  'apd.hasLog': boolean;
  /** Checkpoints of some run are recorded as they come; and those of the run of the active diagram. */
  'apd.followed': boolean;
  'apd.followedHere': boolean;
  /** The run of the active diagram can be followed and is not. */
  'apd.followable': boolean;
  /** Paths of logs that belong to runs, for `resourcePath in …`. */
  'apd.logFiles': string[];
  /** Paths of the workspace's run folders, and of folders with models, for `resourcePath in …`; false where there are none. */
  'apd.runFolders': string[] | false;
  'apd.modelFolders': string[] | false;
  /** Those of runs that were trained and are not being trained now; and of them those with epochs left. */
  'apd.trainedRuns': string[] | false;
  'apd.unfinishedRuns': string[] | false;
}

/** Names of the context keys, for the test that looks for misspelt ones. */
export const contextKeys: (keyof ContextKeys)[] = [
  'apd.hasRun',
  'apd.hasEarlier',
  'apd.hasLater',
  'apd.hasLevels',
  'apd.hasLabels',
  'apd.hasSelection',
  'apd.hasFilters',
  'apd.busy',
  'apd.recording',
  'apd.training',
  'apd.trainingPaused',
  'apd.pythonTraining',
  'apd.pythonHere',
  'apd.live',
  'apd.following',
  'apd.hasLog',
  'apd.followed',
  'apd.followedHere',
  'apd.followable',
  'apd.logFiles',
  'apd.runFolders',
  'apd.modelFolders',
  'apd.trainedRuns',
  'apd.unfinishedRuns',
];

/** Container of the views in the activity bar. */
export const VIEW_CONTAINER = 'apd';

/** The views of the side panel. */
export const views = {
  'apd.runs': 'Runs',
  'apd.snapshots': 'Snapshots',
  'apd.patterns': 'Levels and Patterns',
  'apd.instances': 'Instances',
  'apd.details': 'Details',
} as const;

/** View type of diagram panels, under which they are restored. */
export const PANEL_TYPE = 'apd.diagram';

/** View type of the read-only editor of models. */
export const MODEL_EDITOR_TYPE = 'apd.modelDiagram';

/** View type of the read-only editor of logs that are no text, or whose text is not for reading. */
export const LOG_TABLE_TYPE = 'apd.logTable';

/** View type of the same for logs that are text: offered besides the text editor. */
export const TEXT_LOG_TABLE_TYPE = 'apd.textLogTable';

/** Colours of the row of a log whose snapshot is shown. */
export const logColours = {
  background: 'apd.logShownBackground',
  border: 'apd.logShownBorder',
  ruler: 'apd.logShownRuler',
} as const;

/** Scheme of the read-only documents with reports. */
export const REPORT_SCHEME = 'apd-report';

/** The walkthrough. */
export const WALKTHROUGH = 'apd.start';
