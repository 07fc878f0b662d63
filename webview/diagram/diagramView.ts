import { colouringOf, type Shown } from '../page/shownState';
import { classFills, readColours, reducedMotion } from '../page/theme';
import type { FromPanel } from '../../src/protocol/panel';
import type { Paths } from '../../src/protocol/scene';
import type { BlockReference } from '../../src/protocol/state';
import { make, setStyle } from '../page/dom';
import { Animation } from './motion/animation';
import type { DrawnRibbon, DrawnScene, BlockPlace } from './drawnScene';
import { followedPlace, placesOfSelection } from './motion/blockPlaces';
import { FrameClock } from './painting/frameClock';
import { makeHatchings } from './painting/hatching';
import { Heads } from './painting/columnHeads';
import type { Hit } from './pointing/hitTest';
import { layoutScene } from './layoutScene';
import { motionBetween } from './motion/sceneMotion';
import type { RibbonPlace } from './pointing/navigation';
import { PathRequests } from './pointing/pathRequests';
import type { Paints } from './painting/paint';
import { PaintedScene } from './painting/paintedScene';
import type { Zoom } from './painting/placeLabels';
import { Stage } from './painting/stage';

/** How long after the last move of a pan the picture is painted sharp, in milliseconds. */
const SETTLE = 110;

/** The diagram: what is drawn, lit, hovered and focused. Pointer and keyboard act on it from outside. */
export class DiagramView {
  readonly stage = new Stage();
  readonly heads: Heads;
  readonly element: HTMLElement;
  /** What is on the canvas; undefined while there is nothing to draw. */
  drawn?: DrawnScene;
  shown?: Shown;
  zoom: Zoom = { k: 1, x: 0, y: 0 };
  /** Told by how much the stage has grown across and down, and with it the picture. */
  onRefit?: (across: number, down: number) => void;
  /** Where the keyboard is, or will go on from. */
  focus?: BlockPlace;
  /** The ribbon that it is on; `focus` is the block that it came from. */
  ribbon?: RibbonPlace;
  /** Whether the keyboard moved last: only then is its place shown. */
  private byKeyboard = false;
  private hover?: Hit;
  private paints?: Paints;
  private hoverPaths?: Paths;
  private selectedPaths?: Paths;
  /** Zoom at which the picture was painted. */
  private painted: Zoom = this.zoom;
  private stale = true;
  private settleTimer?: number;
  private readonly picture = new PaintedScene(this.stage);
  private readonly animation: Animation;
  private readonly clock = new FrameClock(() => this.draw());
  private readonly paths: PathRequests;

  /** @param onResized told when the room of the drawing changed */
  constructor(
    post: (message: FromPanel) => void,
    openMenu: (column: number, anchor: HTMLElement) => void,
    onResized: (width: number, height: number) => void,
  ) {
    this.heads = new Heads(openMenu);
    this.element = make('div', { class: 'diagram' }, this.heads.element, this.stage.element);
    this.animation = new Animation(() => this.repaint());
    this.paths = new PathRequests(post, (paths) => {
      this.hoverPaths = paths;
      this.clock.request();
    });
    let told = '';
    new ResizeObserver(() => {
      if (this.fitStage()) this.layOut();
      const { width, height } = this.stage;
      if (width === 0 || told === `${width} ${height}`) return;
      told = `${width} ${height}`;
      onResized(width, height);
    }).observe(this.stage.element);
  }

  /** Shows a state: lays out when the drawing is another, and moves there when it follows from the last one. */
  show(shown: Shown): void {
    const before = this.shown;
    const earlier = this.drawn;
    this.shown = shown;
    const { scene } = shown;
    this.element.hidden = scene === undefined;
    if (!scene) {
      this.drawn = undefined;
      return;
    }
    this.paths.reset(shown.sceneNumber);
    if (shown.state.selection.kind === 'none') this.selectedPaths = undefined;
    if (scene === before?.scene) {
      this.repaint();
      return;
    }
    this.selectedPaths = undefined;
    this.hover = undefined;
    this.heads.show(scene);
    this.layOut();
    this.keepFocus(earlier);
    if (!before?.scene || !earlier || !this.drawn || reducedMotion()) return;
    const motion = motionBetween({ scene: before.scene, drawn: earlier }, scene, this.drawn);
    if (motion) this.animation.play(motion);
  }

  /** Reads the theme's colours again. */
  restyle(): void {
    this.paints = undefined;
    this.layOut();
  }

  /** Takes the answer to a question for paths. */
  receivePaths(request: number, scene: number, paths: Paths): void {
    this.paths.receive(request, scene, paths);
  }

  /** Paths of the selection: lit until something else is. */
  setSelectedPaths(paths: Paths | undefined): void {
    this.selectedPaths = paths;
    this.clock.request();
  }

  /** Lights what passes through what lies under the pointer. */
  setHover(hit: Hit | undefined): void {
    this.hover = hit;
    this.askPaths();
    this.clock.request();
  }

  /** Moves the keyboard's focus, or (without `byKeyboard`) only remembers where it will go on from. */
  setFocus(place: BlockPlace | undefined, byKeyboard: boolean): void {
    this.focus = place;
    this.byKeyboard = byKeyboard;
    this.ribbon = undefined;
    this.askPaths();
    this.clock.request();
  }

  /** Moves the keyboard's focus onto a ribbon. */
  setRibbon(ribbon: RibbonPlace): void {
    this.ribbon = ribbon;
    this.byKeyboard = true;
    this.askPaths();
    this.clock.request();
  }

  /** Moves the picture; it is painted sharp when it has come to rest. */
  setZoom(zoom: Zoom): void {
    this.zoom = zoom;
    if (this.shown?.scene?.kind === 'patterns') this.stale = true;
    window.clearTimeout(this.settleTimer);
    this.settleTimer = window.setTimeout(() => this.repaint(), SETTLE);
    this.clock.request();
  }

  /** Fills of the scene's classes. */
  fills(): string[] {
    return this.paintsOf()?.fills ?? [];
  }

  /** How a block is referred to in messages. */
  referenceOf({ column, block }: BlockPlace): BlockReference {
    return { column: this.drawn!.columns[column].source, block };
  }

  /** The selected blocks that are drawn. */
  selectedPlaces(): BlockPlace[] {
    const { drawn, shown } = this;
    const drawing = shown?.scene;
    if (!drawn || !drawing) return [];
    return placesOfSelection(drawing, drawn, shown.state, this.selectedPaths);
  }

  private shownFocus(): BlockPlace | undefined {
    return this.hasKeyboard() && !this.ribbon ? this.focus : undefined;
  }

  private shownRibbon(): DrawnRibbon | undefined {
    const { ribbon, drawn } = this;
    if (!ribbon || !this.hasKeyboard()) return undefined;
    return drawn?.gaps[ribbon.gap]?.find(({ flow }) => flow === ribbon.flow);
  }

  private hasKeyboard(): boolean {
    return this.byKeyboard && document.activeElement === this.stage.element;
  }

  private askPaths(): void {
    const { hover, shown } = this;
    const focus = this.shownFocus();
    const ribbon = this.shownRibbon() && this.ribbon;
    if (shown?.scene?.kind === 'patterns') return;
    if (hover?.kind === 'ribbon') this.paths.ask({ flow: { gap: hover.gap, flow: hover.flow } });
    else if (hover) this.paths.ask({ block: this.referenceOf(hover) });
    else if (ribbon) this.paths.ask({ flow: { gap: ribbon.gap, flow: ribbon.flow } });
    else if (focus && this.drawn) this.paths.ask({ block: this.referenceOf(focus) });
    else this.paths.ask(undefined);
  }

  /** The focus goes on with its block; where that is gone, on the same column. */
  private keepFocus(before: DrawnScene | undefined): void {
    const { focus, drawn } = this;
    const drawing = this.shown?.scene;
    this.ribbon = undefined;
    if (!focus || !drawn || !drawing) return;
    this.focus = before && followedPlace(drawing, before, drawn, focus);
    this.askPaths();
  }

  private fitStage(): boolean {
    const { width, height } = this.stage;
    const changed = this.stage.fit();
    if (changed && width > 0 && height > 0) {
      this.onRefit?.(this.stage.width / width, this.stage.height / height);
    }
    return changed;
  }

  private layOut(): void {
    this.animation.stop();
    this.fitStage();
    const drawing = this.shown?.scene;
    const paints = this.paintsOf();
    if (!drawing || !paints || this.stage.width === 0) return;
    this.drawn = layoutScene(drawing, this.stage.width, this.stage.height, paints.colours.fontWidth);
    this.repaint();
  }

  private paintsOf(): Paints | undefined {
    const drawing = this.shown?.scene;
    if (!drawing) return undefined;
    const { context, ratio } = this.stage.picture;
    if (!this.paints) {
      const colours = readColours();
      this.paints = { colours, fills: [], hatchings: makeHatchings(context, colours.background, ratio) };
    }
    this.paints.fills = classFills(drawing.classes, colouringOf(this.shown!));
    return this.paints;
  }

  private repaint(): void {
    this.stale = true;
    this.clock.request();
  }

  /** @returns whether something moves */
  private draw(): boolean {
    const drawing = this.shown?.scene;
    const { drawn, zoom } = this;
    const paints = this.paintsOf();
    if (!drawing || !drawn || !paints) return false;
    const moving = this.animation.current;
    const scene = moving ?? drawn;
    if (this.stale) {
      this.picture.paintScene(drawing, scene, paints, zoom);
      this.painted = zoom;
      this.stale = false;
    }
    this.moveWorld();
    if (!this.resting()) {
      this.heads.place(drawn, zoom, this.stage.width, paints.colours.fontWidth);
      this.picture.paintTexts(drawing, scene, paints, zoom);
      return moving !== undefined;
    }
    const hovered = this.hover?.kind === 'block' ? [this.hover] : [];
    const focused = this.shownFocus();
    // Lights belong to where things come to rest; rows of units have no paths.
    const dark = moving !== undefined || drawing.kind === 'patterns';
    const paths = dark ? undefined : (this.hoverPaths ?? this.selectedPaths);
    const ribbon = dark ? undefined : this.shownRibbon();
    const marks = { paths, hovered, focused, ribbon, selected: this.selectedPlaces() };
    this.picture.paintLights(scene, marks, paints, zoom);
    this.picture.paintTexts(drawing, scene, paints, zoom);
    this.heads.place(drawn, zoom, this.stage.width, paints.colours.fontWidth);
    return moving !== undefined;
  }

  private resting(): boolean {
    const { painted, zoom } = this;
    return painted.k === zoom.k && painted.x === zoom.x && painted.y === zoom.y;
  }

  /** While the zoom is another than that of the painted picture, the picture is moved and stretched instead. */
  private moveWorld(): void {
    const { painted, zoom } = this;
    const k = zoom.k / painted.k;
    const x = zoom.x - painted.x * k;
    const y = zoom.y - painted.y * k;
    const transform = this.resting() ? 'none' : `translate(${x}px, ${y}px) scale(${k})`;
    setStyle(this.stage.world, { transform });
  }
}
