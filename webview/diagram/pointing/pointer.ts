import { select, zoom, zoomIdentity, type D3ZoomEvent, type ZoomBehavior } from 'd3';
import { hitTest, type Hit } from './hitTest';
import type { DiagramView } from '../diagramView';
import type { KeptZoom } from '../../page/persistedState';

/** How far in one can zoom. */
const LARGEST_ZOOM = 40;
/** Pixels beside a hairline that still count as on it. */
const REACH = 2.5;

/** What the pointer asks for. */
export interface PointerActions {
  hover(hit: Hit | undefined, x: number, y: number): void;
  select(hit: Hit | undefined, add: boolean): void;
  filter(hit: Hit): void;
  /** Zooming or panning has ended. */
  zoomed(): void;
}

/** Wheel, pinch and drag zoom and pan; hovering, clicking and double-clicking act on what lies under the pointer. */
export class Pointer {
  private readonly behaviour: ZoomBehavior<HTMLElement, unknown>;

  constructor(
    private readonly view: DiagramView,
    private readonly actions: PointerActions,
  ) {
    const { element } = view.stage;
    this.behaviour = zoom<HTMLElement, unknown>()
      .scaleExtent([1, LARGEST_ZOOM])
      .clickDistance(4)
      .extent(() => [
        [0, 0],
        [view.stage.width, view.stage.height],
      ])
      .constrain((transform, extent) => {
        // The picture covers the stage at any zoom: it cannot get lost.
        const [, [width, height]] = extent;
        const within = (at: number, size: number) => Math.min(0, Math.max(size * (1 - transform.k), at));
        const x = within(transform.x, width);
        const y = within(transform.y, height);
        return zoomIdentity.translate(x, y).scale(transform.k);
      })
      .on('zoom', ({ transform }: D3ZoomEvent<HTMLElement, unknown>) => {
        view.setZoom({ k: transform.k, x: transform.x, y: transform.y });
        this.actions.hover(undefined, 0, 0);
      })
      .on('end', () => this.actions.zoomed());
    view.onRefit = (across, down) => this.refit(across, down);
    select(element).call(this.behaviour).on('dblclick.zoom', null);
    element.addEventListener('pointermove', (event) => {
      if (event.buttons === 0) this.actions.hover(this.hitAt(event), event.clientX, event.clientY);
    });
    element.addEventListener('pointerleave', () => this.actions.hover(undefined, 0, 0));
    element.addEventListener('click', (event) => this.onClick(event));
    element.addEventListener('dblclick', (event) => {
      const hit = this.hitAt(event);
      if (hit) this.actions.filter(hit);
    });
  }

  /** Zooms about the middle. */
  zoomBy(factor: number): void {
    this.behaviour.scaleBy(select(this.view.stage.element), factor);
  }

  /** The whole picture again. */
  fit(): void {
    this.behaviour.transform(select(this.view.stage.element), zoomIdentity);
  }

  /** The zoom in shares of the stage. */
  kept(): KeptZoom {
    const { k, x, y } = this.view.zoom;
    const { width, height } = this.view.stage;
    return { k, x: width > 0 ? x / width : 0, y: height > 0 ? y / height : 0 };
  }

  /** Takes up a zoom that was kept; without one the whole picture is seen. */
  restore(kept: KeptZoom | undefined): void {
    const { k, x, y } = kept ?? { k: 1, x: 0, y: 0 };
    const { width, height, element } = this.view.stage;
    const transform = zoomIdentity.translate(x * width, y * height).scale(Math.min(LARGEST_ZOOM, k));
    this.behaviour.transform(select(element), transform);
  }

  /** The picture has grown or shrunk with the stage: the same part of it stays in sight. */
  private refit(across: number, down: number): void {
    const { k, x, y } = this.view.zoom;
    if (k === 1) return;
    const transform = zoomIdentity.translate(x * across, y * down).scale(k);
    this.behaviour.transform(select(this.view.stage.element), transform);
  }

  /** The point of the window in the scene's pixels before zooming. */
  pointOf({ clientX, clientY }: { clientX: number; clientY: number }): { x: number; y: number } {
    const { left, top } = this.view.stage.element.getBoundingClientRect();
    const { k, x, y } = this.view.zoom;
    return { x: (clientX - left - x) / k, y: (clientY - top - y) / k };
  }

  private hitAt(event: MouseEvent): Hit | undefined {
    if (!this.view.drawn) return undefined;
    const { x, y } = this.pointOf(event);
    return hitTest(this.view.drawn, x, y, REACH / this.view.zoom.k);
  }

  private onClick(event: MouseEvent): void {
    const hit = this.hitAt(event);
    const add = event.shiftKey || event.ctrlKey || event.metaKey;
    if (hit || !add) this.actions.select(hit, add);
  }
}
