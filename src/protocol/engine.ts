import type { FilterStep, ResolutionChoice, Selection, ViewState } from './state';
import type { FollowNotifications, FollowRequests } from './follow';
import type { LogNotifications, LogOptions, LogRequests } from './logs';
import type { DatasetDescription, DescribeParams, RecordParams } from './recording';
import type { TrainingNotifications, TrainingRequests } from './training';
import type { BlockKind } from '../core/overview';
import type { Paths, Scene, Timeline } from './scene';

/** What is known of a run without reading its patterns. A run that has just begun has no snapshots yet. */
export interface RunInfo {
  folder: string;
  /** Another one whenever the run is written to. */
  version: string;
  name: string;
  classes: string[];
  labelled: boolean;
  /** Whether predictions are right or wrong: there are labels, and both are classes. */
  judged: boolean;
  splits: string[];
  layers: { name: string; activation: string; units: number; shape: number[] }[];
  snapshots: {
    /** Stays the snapshot's own while others come before it. */
    id: string;
    epoch: number;
    step?: number;
    accuracy?: number;
    patterns?: number[];
    model?: string;
  }[];
  dataset: { path: string; rows: number; files: string[]; options: Record<string, unknown> };
  backend?: { name: string; version: string; reason: string };
  /** Absolute path of the configuration, when the run was trained. */
  training?: { config: string };
  /** Labels that were changed on purpose, with the absolute path of the file that tells which. */
  labelNoise?: { path: string; share: number; seed: number; flipped: number };
}

/** A scene of a run. */
export interface SceneRequest {
  folder: string;
  state: ViewState;
  /** State of the scene that is on screen, from which blocks continue; absent for a first one. */
  shown?: ViewState;
  /** Height of the drawing in pixels: sets lower than a pixel or two are merged. */
  height: number;
}

/** A state that blocks refer to. */
export interface StateRequest {
  folder: string;
  state: ViewState;
  /** Height of the drawing that the blocks of a partition refer to; that of the last one drawn when absent. */
  height?: number;
}

/** A page of instances. */
export interface InstancesRequest extends StateRequest {
  from: number;
  count: number;
}

/** One instance of a page. */
export interface InstanceRow {
  instance: number;
  label?: string;
  /** Label of before, where it was changed on purpose. */
  original?: string;
  output: string;
  correct?: boolean;
  split?: string;
  /** Node of the instance at every level. */
  nodes: number[];
}

/** Instances of a selection (all that are shown when nothing is selected). */
export interface InstancesPage {
  total: number;
  from: number;
  rows: InstanceRow[];
}

/**
 * Whether an instance is shown, and why not:
 * - `beyond`: the dataset has no such number
 * - `absent`: it is not among the instances of the snapshot
 * - `filtered`: the filters leave it out
 * - `hidden`: its class is hidden
 */
export interface FoundInstance {
  where: 'shown' | 'beyond' | 'absent' | 'filtered' | 'hidden';
  /** Instances of the dataset. */
  rows: number;
  /** Name of its class by what colours stand for; absent where it is not in the snapshot. */
  class?: string;
}

/** A pattern in the tree of a level. */
export interface PatternRow {
  node: number;
  occurrences: number;
  majority?: string;
  purity?: number;
  correct?: number;
}

/** Details of a selection. */
export interface SelectionDetails {
  title: string;
  /** Lines of name and value, in order. */
  facts: [string, string][];
  /** Instances by label and by predicted output, largest first. */
  labels?: { name: string; count: number; colour: number }[];
  outputs: { name: string; count: number; colour: number }[];
  /** Where the instances go: largest blocks of every column. */
  destinations: { column: string; block: string; instances: number }[];
  /** What the selected block stands for, by which it is hatched; absent when several or none are selected. */
  kind?: BlockKind;
  /** The pattern itself, when one node is selected: pieces of its units, and the shape of the layer. */
  pattern?: { pieces: Uint8Array; shape: number[]; count: number };
}

/** Where an instance comes from, and its thumbnail when it is an image. */
export interface ShownPlace {
  /** Absolute path of the file. */
  file: string;
  line?: number;
  index?: number;
  member?: string;
  text: string;
  /** Gray or RGB pixels 0…255, row-major, when the instance is an image. */
  image?: { width: number; height: number; channels: 1 | 3; pixels: Uint8Array };
}

/** A dataset that may belong to a model. */
export interface DatasetGuess {
  data: string;
  labels?: string;
  /** Why it is offered. */
  reason: string;
}

/** A model that is not opened here, with the ways on. */
export interface OtherModelInfo {
  /** What it is and what to do, as a sentence that goes on behind the file's name. */
  problem: string;
  /** Lines that make a file of it that is opened here. */
  lines: string[];
  /** Whether the Python recorder reads it. */
  replayed: boolean;
}

export type ExportWhat = 'apdf' | 'clusters' | 'diagram' | 'nodes' | 'instances';
export type ExportFormat = 'csv' | 'json' | 'dot' | 'graphml';

/** Every request of the engine: its parameters and its result. */
export interface EngineRequests extends TrainingRequests, LogRequests, FollowRequests {
  'engine/info': { params: Record<string, never>; result: { pid: number; version: string; node: string } };
  /** Loads what recording needs, so that the first recording need not. Rejects where it would. */
  'engine/prepare': { params: { engine: RecordParams['backend'] }; result: { backend: string } };
  'run/open': { params: { folder: string }; result: RunInfo };
  'run/timeline': { params: { folder: string }; result: Timeline };
  /** Share of the bits of each level that differ from the snapshot before; undefined where they cannot be compared. */
  'run/bitChange': { params: { folder: string; snapshot: number }; result: (number | undefined)[] };
  /** Measures of a run as text; with what its log says where `log` tells how that is found. */
  'run/report': {
    params: { folder: string; resolution: ResolutionChoice; log?: LogOptions };
    result: { text: string };
  };
  'scene/draw': { params: SceneRequest; result: Scene };
  /** Where the instances of a selection go (not of the one that the state has). */
  'scene/paths': { params: StateRequest & { selection: Selection }; result: Paths };
  /** The instances of a selection, packed for a filter. */
  'scene/instances': {
    params: StateRequest & { selection: Selection };
    result: Pick<FilterStep, 'count' | 'instances'>;
  };
  'instances/page': { params: InstancesRequest; result: InstancesPage };
  /** Where an instance is to be found in a state. */
  'instances/find': { params: StateRequest & { instance: number }; result: FoundInstance };
  'instances/place': { params: { folder: string; instance: number }; result: ShownPlace };
  'selection/details': { params: StateRequest; result: SelectionDetails };
  'level/patterns': {
    params: StateRequest & { level: number; count: number };
    result: { all: number; rows: PatternRow[] };
  };
  /** The node of a level that continues one of the scene before; −1 where none does. */
  'level/continuation': {
    params: StateRequest & { before: ViewState; level: number; node: number };
    result: { node: number };
  };
  'data/guess': { params: { model: string }; result: DatasetGuess[] };
  /** Whether a file is a model (or the weights of one) that is not opened here, told by its content. */
  'model/other': { params: { file: string }; result: { other?: OtherModelInfo } };
  /** What files are taken for, where that can be told without reading much. */
  'data/describe': { params: DescribeParams; result: DatasetDescription };
  'model/record': { params: RecordParams; result: { folder: string; notices: string[] } };
  /** Writes a picture of the state to a file; the kind follows from its ending (.svg, .png). */
  'export/picture': {
    params: StateRequest & { file: string; theme: 'light' | 'dark' };
    result: { file: string };
  };
  'export/data': {
    params: StateRequest & { what: ExportWhat; format: ExportFormat; file: string };
    result: { file: string };
  };
}

/** Progress of a request, between 0 and 1 where it is known. */
export interface ProgressNote {
  message: string;
  share?: number;
}

/** What the engine says unasked. */
export interface EngineNotifications extends TrainingNotifications, LogNotifications, FollowNotifications {
  /** For the output channel. */
  'engine/log': { level: 'info' | 'warn' | 'error'; text: string };
  /** A snapshot of a run that is being recorded is whole. */
  'run/snapshot': { folder: string; snapshot: number };
}

/** Code of errors that are the input's fault: the message is one line for the user. */
export const INPUT_ERROR_CODE = -32001;

/** Code of requests that were cancelled, as language servers have it. */
export const REQUEST_CANCELLED_CODE = -32800;

/** What goes over the wire for a request. */
export interface RequestEnvelope {
  params: unknown;
  /** Token under which progress is wanted; absent when it is not. */
  progress?: number;
}
