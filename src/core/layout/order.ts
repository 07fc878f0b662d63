import { transpose, type Contingency } from '../contingency';
import { inverse, weightedCrossings, weightedInversions } from './crossings';

/** What is to be ordered: sizes of the nodes of each level, and the edges between consecutive levels. */
export interface LayeredGraph {
  sizes: Int32Array[];
  edges: Contingency[];
}

/** Position of every node in its level, 0 at the top. */
export type LevelOrder = Int32Array[];

/** How much the order of an earlier picture holds back that of the next, in crossings for a unit of movement. */
const INERTIA = 0.05;
const SWEEPS = 6;
/** Swapping neighbours pays on what is drawn; on thousands of nodes barycentres alone are good and fast. */
const SWAP_LIMIT = 200;

/**
 * Orders the nodes of each level so that few edges cross, counted by weight. The last level keeps its order (classes);
 * weighted barycentre sweeps go back from it and forth again, and the best order met, the first one included, is kept, then
 * improved by swapping neighbours. Deterministic: ties keep the order they have.
 * @param earlier positions to start from and to stay near, e.g. inherited from the last snapshot's picture; the last
 *   level is not moved in any case
 */
export function orderLevels(graph: LayeredGraph, earlier?: LevelOrder): LevelOrder {
  const back = graph.edges.map(transpose);
  const start = graph.sizes.map((sizes, l) => {
    const keep = earlier !== undefined && l < graph.edges.length;
    return keep ? earlier[l].slice() : Int32Array.from({ length: sizes.length }, (_, n) => n);
  });
  let order = start.map((rank) => rank.slice());
  let best = order;
  let bestCost = cost(graph, order, earlier && start);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    order = order.map((rank) => rank.slice());
    if (sweep > 0) sweepForth(graph, back, order);
    sweepBack(graph, order);
    const newCost = cost(graph, order, earlier && start);
    if (newCost < bestCost) {
      best = order;
      bestCost = newCost;
    } else if (sweep > 2) {
      break;
    }
  }
  return swapNeighbours(graph, back, best, earlier && start);
}

/** Weighted crossings of the whole picture, and what it moved from the earlier one. */
function cost(graph: LayeredGraph, order: LevelOrder, earlier?: LevelOrder): number {
  let sum = 0;
  graph.edges.forEach((edges, l) => {
    sum += weightedCrossings(edges, order[l], order[l + 1]);
    if (earlier) sum += INERTIA * weightedInversions(graph.sizes[l], order[l], earlier[l]);
  });
  return sum;
}

function sweepBack(graph: LayeredGraph, order: LevelOrder): void {
  for (let l = graph.edges.length - 1; l >= 0; l--) {
    order[l] = byBarycentre(graph.edges[l], centres(graph.sizes[l + 1], order[l + 1]), order[l]);
  }
}

function sweepForth(graph: LayeredGraph, back: Contingency[], order: LevelOrder): void {
  for (let l = 1; l < graph.edges.length; l++) {
    order[l] = byBarycentre(back[l - 1], centres(graph.sizes[l - 1], order[l - 1]), order[l]);
  }
}

/** Middle of each node when the level is stacked in its order without gaps. */
function centres(sizes: Int32Array, rank: Int32Array): Float64Array {
  const centre = new Float64Array(sizes.length);
  let top = 0;
  for (const node of inverse(rank)) {
    centre[node] = top + sizes[node] / 2;
    top += sizes[node];
  }
  return centre;
}

/** New positions by the mean centre of the neighbours (columns), weighted by instances; ties keep their order. */
function byBarycentre(edges: Contingency, neighbourCentre: Float64Array, rank: Int32Array): Int32Array {
  const barycentre = new Float64Array(edges.rows);
  for (let r = 0; r < edges.rows; r++) {
    let sum = 0;
    let weight = 0;
    for (let e = edges.offsets[r]; e < edges.offsets[r + 1]; e++) {
      sum += edges.count[e] * neighbourCentre[edges.column[e]];
      weight += edges.count[e];
    }
    barycentre[r] = weight > 0 ? sum / weight : 0;
  }
  const nodes = inverse(rank).sort((a, b) => barycentre[a] - barycentre[b] || rank[a] - rank[b]);
  return inverse(nodes);
}

/** Swaps neighbours as long as that saves crossings (or movement), a bounded number of passes. */
function swapNeighbours(
  graph: LayeredGraph,
  back: Contingency[],
  order: LevelOrder,
  earlier?: LevelOrder,
): LevelOrder {
  const at = order.map(inverse);
  for (let pass = 0; pass < 4; pass++) {
    let swapped = false;
    for (let l = graph.edges.length - 1; l >= 0; l--) {
      if (at[l].length > SWAP_LIMIT) continue;
      for (let i = 0; i + 1 < at[l].length; i++) {
        const a = at[l][i];
        const b = at[l][i + 1];
        let saved = savedBySwap(graph.edges[l], order[l + 1], a, b);
        if (l > 0) saved += savedBySwap(back[l - 1], order[l - 1], a, b);
        if (earlier) {
          const product = INERTIA * graph.sizes[l][a] * graph.sizes[l][b];
          saved += earlier[l][a] > earlier[l][b] ? product : -product;
        }
        if (saved > 0) {
          at[l][i] = b;
          at[l][i + 1] = a;
          order[l][b] = i;
          order[l][a] = i + 1;
          swapped = true;
        }
      }
    }
    if (!swapped) break;
  }
  return order;
}

/** Crossings between the edges of a (above) and b (below) as they are, less those after swapping them. */
function savedBySwap(edges: Contingency, neighbourRank: Int32Array, a: number, b: number): number {
  let saved = 0;
  for (let e = edges.offsets[a]; e < edges.offsets[a + 1]; e++) {
    const rankA = neighbourRank[edges.column[e]];
    for (let f = edges.offsets[b]; f < edges.offsets[b + 1]; f++) {
      const rankB = neighbourRank[edges.column[f]];
      if (rankA > rankB) saved += edges.count[e] * edges.count[f];
      else if (rankA < rankB) saved -= edges.count[e] * edges.count[f];
    }
  }
  return saved;
}
