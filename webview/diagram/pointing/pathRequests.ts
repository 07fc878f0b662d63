import type { FromPanel } from '../../../src/protocol/panel';
import type { Paths } from '../../../src/protocol/scene';
import type { BlockReference, FlowReference } from '../../../src/protocol/state';

/** What paths are asked for: those through a block, or those of one flow. */
export type PathQuestion = { block: BlockReference } | { flow: FlowReference };

/** How long the pointer rests on something before its paths are asked for. */
const REST = 20;
const KEPT_ANSWERS = 200;

/** Asks where instances go, one question at a time; answers of the present scene are kept. */
export class PathRequests {
  private sceneNumber = -1;
  private request = 0;
  private wanted = '';
  private timer?: number;
  private readonly answers = new Map<string, Paths>();

  constructor(
    private readonly post: (message: FromPanel) => void,
    private readonly onPaths: (paths: Paths | undefined) => void,
  ) {}

  /** Forgets what belonged to another scene. */
  reset(scene: number): void {
    if (scene === this.sceneNumber) return;
    this.sceneNumber = scene;
    this.answers.clear();
    this.ask(undefined);
  }

  /** Asks for paths, which are told when they are there; undefined ends the wish for any. */
  ask(question: PathQuestion | undefined): void {
    const key = question ? JSON.stringify(question) : '';
    if (key === this.wanted) return;
    this.wanted = key;
    window.clearTimeout(this.timer);
    this.request++;
    const answer = this.answers.get(key);
    if (answer || !question) {
      this.onPaths(answer);
      return;
    }
    this.timer = window.setTimeout(() => {
      const blocks = 'block' in question ? [question.block] : [];
      const flow = 'flow' in question ? question.flow : undefined;
      this.post({ type: 'paths', request: this.request, sceneNumber: this.sceneNumber, blocks, flow });
    }, REST);
  }

  /** Hears an answer; those to earlier questions or scenes are dropped. */
  receive(request: number, scene: number, paths: Paths): void {
    if (scene !== this.sceneNumber || request !== this.request || this.wanted === '') return;
    if (this.answers.size >= KEPT_ANSWERS) this.answers.clear();
    this.answers.set(this.wanted, paths);
    this.onPaths(paths);
  }
}
