import type { Flows } from '../../core/overview';
import type { Scene, SceneClass } from '../../protocol/scene';
import type { View } from '../../protocol/state';
import type { Colouring } from '../analysis/colouring';
import type { FlowView } from './flowView';

/** A column of a scene as the engine keeps it: which block each instance is in. */
export interface ModelColumn {
  /** Level, or snapshot in the time view; one more than the last for the outputs. */
  source: number;
  blocks: number;
  /** Block of each instance; −1 for none. */
  of: Int32Array;
  /** Nodes that blocks stand for, where many others have none: what goes on from what is told of all of them. */
  nodes?: { of: Int32Array; count: number; blockOf: Int32Array };
}

/**
 * A scene with what is needed to answer for it: which instances its blocks and flows stand for. It follows from the
 * state alone, so that a new process numbers blocks as the one before did.
 */
export interface SceneModel {
  key: string;
  kind: View;
  /** Numbers of the instances, by row. */
  instances: Int32Array;
  /** Class of each row; empty when nothing is shown. */
  classOf: Int32Array;
  columns: ModelColumn[];
  /** Between consecutive columns; none in views without flows. */
  flows: Flows[];
  /** Flow and time view: all but the order of the blocks. */
  flow?: FlowPart;
  /** The scene itself, where it is the same whatever was shown before. */
  scene?: Scene;
}

/** What a flow or time scene is made of. */
export interface FlowPart {
  view: FlowView;
  classing: Colouring;
  classes: SceneClass[];
}
