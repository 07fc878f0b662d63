import type { Paths, Scene } from '../../../src/protocol/scene';
import type { DrawnRibbon, DrawnScene, BlockPlace } from '../drawnScene';
import { litScene } from '../pointing/litScene';
import {
  clear,
  paintBoxes,
  paintLabels,
  paintRibbonRing,
  paintRibbons,
  paintRings,
  paintSetEdges,
  type Paints,
} from './paint';
import { paintPatterns } from './paintPatterns';
import { patternMatrix, type PatternMatrix } from './patternMatrix';
import { mergedLabels, outputLabels, setLabels, type Zoom } from './placeLabels';
import { ribbonPaths, type RibbonPath } from './ribbonPaths';
import type { Stage } from './stage';

/** Opacity of lit ribbons. */
const LIT = 0.9;
/** Up to so many lit ribbons each is drawn for the eye to follow; more are as faint as what they stand for. */
const FOLLOWED = 300;
/** Least width of a lit ribbon, and least height of a lit block. */
const LEAST_LIT = 1.4;
/** Paths are built again when the zoom has changed by more than this factor: hairlines become bands. */
const REBUILD_FACTOR = 1.8;

/** What stands out of the picture. */
export interface Marks {
  paths?: Paths;
  selected: BlockPlace[];
  hovered: BlockPlace[];
  focused?: BlockPlace;
  /** Ribbon that the keyboard is on. */
  ribbon?: DrawnRibbon;
}

/** Paints one scene on the stage, layer by layer. */
export class PaintedScene {
  private paths?: { of: DrawnScene; k: number; paths: RibbonPath[] };
  private matrix?: PatternMatrix;
  private lit?: { of: DrawnScene; from: Paths; k: number; scene: DrawnScene; paths: RibbonPath[] };

  constructor(private readonly stage: Stage) {}

  /** Ribbons and boxes. */
  paintScene(scene: Scene, drawn: DrawnScene, paints: Paints, zoom: Zoom): void {
    const surface = this.stage.picture;
    clear(surface);
    if (scene.kind === 'patterns') {
      this.matrix = patternMatrix(scene, paints.fills, paints.colours.faint, this.matrix);
      paintPatterns(surface, { scene, drawn, paints, zoom, matrix: this.matrix });
      return;
    }
    paintRibbons({
      surface,
      paths: this.pathsOf(drawn, zoom.k),
      paints,
      zoom,
      opacity: paints.colours.ribbon,
    });
    paintBoxes({ surface, scene: drawn, paints, zoom });
    if (scene.kind === 'partition') paintSetEdges(surface, drawn, paints, zoom);
  }

  /** What is lit, and the rings around blocks. The picture beneath is dimmed while anything is. */
  paintLights(drawn: DrawnScene, marks: Marks, paints: Paints, zoom: Zoom): void {
    const surface = this.stage.lights;
    clear(surface);
    if (marks.paths) {
      const lit = this.litOf(drawn, marks.paths, zoom.k);
      paintRibbons({ surface, paths: lit.paths, paints, zoom, opacity: LIT });
      paintBoxes({ surface, scene: lit.scene, paints, zoom, least: LEAST_LIT });
    }
    const { text, focus, background } = paints.colours;
    paintRings({ surface, scene: drawn, places: marks.hovered, zoom, colour: text, gap: 1, lineWidth: 1 });
    paintRings({
      surface,
      scene: drawn,
      places: marks.selected,
      zoom,
      colour: background,
      gap: 1,
      lineWidth: 3,
    });
    paintRings({ surface, scene: drawn, places: marks.selected, zoom, colour: text, gap: 2, lineWidth: 2 });
    if (marks.focused) {
      paintRings({
        surface,
        scene: drawn,
        places: [marks.focused],
        zoom,
        colour: focus,
        gap: 4,
        lineWidth: 2,
      });
    }
    if (marks.ribbon) paintRibbonRing(surface, marks.ribbon, zoom, focus);
    this.stage.picture.context.canvas.classList.toggle('dimmed', marks.paths !== undefined);
  }

  /** Names of outputs and captions, in screen pixels. */
  paintTexts(scene: Scene, drawn: DrawnScene, paints: Paints, zoom: Zoom): void {
    const surface = this.stage.labels;
    clear(surface);
    if (scene.kind === 'patterns') return;
    const { width, height } = surface;
    const room = { width, height, fontWidth: paints.colours.fontWidth };
    const captions =
      scene.kind === 'partition'
        ? setLabels(scene, drawn, zoom, room)
        : mergedLabels(scene, drawn, zoom, room);
    const names = outputLabels(scene, drawn, zoom, room);
    paintLabels(surface, [...captions, ...names], paints.colours);
  }

  private pathsOf(drawn: DrawnScene, k: number): RibbonPath[] {
    if (this.paths?.of !== drawn || farFrom(this.paths.k, k)) {
      this.paths = { of: drawn, k, paths: ribbonPaths(drawn.gaps, k) };
    }
    return this.paths.paths;
  }

  private litOf(drawn: DrawnScene, from: Paths, k: number): { scene: DrawnScene; paths: RibbonPath[] } {
    if (this.lit?.of !== drawn || this.lit.from !== from || farFrom(this.lit.k, k)) {
      const scene = litScene(drawn, from);
      const ribbons = scene.gaps.reduce((sum, gap) => sum + gap.length, 0);
      const paths = ribbonPaths(scene.gaps, k, ribbons <= FOLLOWED ? LEAST_LIT : undefined);
      this.lit = { of: drawn, from, k, scene, paths };
    }
    return this.lit;
  }
}

function farFrom(a: number, b: number): boolean {
  return Math.max(a / b, b / a) > REBUILD_FACTOR;
}
