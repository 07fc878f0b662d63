/** Classes among which the best order is looked for: it takes a time that grows with their number to the third. */
const MOST_CLASSES = 200;

/** The order of classes that would make most predictions right. */
export interface ClassOrder {
  /** Of each label the output that goes with it. */
  outputOf: Int32Array;
  /** Instances that would be right, and that are. */
  right: number;
  rightNow: number;
}

/**
 * The one-to-one assignment of outputs to labels under which most instances are predicted right: an assignment problem over
 * the counts of labels and predictions, solved by shortest augmenting paths with potentials (Kuhn 1955; Jonker and Volgenant
 * 1987).
 * @param labels class of each instance
 * @param predicted output of each
 * @param classes outputs, and labels
 * @returns undefined where there are more classes than it is looked for in
 */
export function bestClassOrder(
  labels: Int32Array,
  predicted: Int32Array,
  classes: number,
): ClassOrder | undefined {
  if (classes > MOST_CLASSES) return undefined;
  const counts = new Int32Array(classes * classes);
  for (let i = 0; i < labels.length; i++) counts[labels[i] * classes + predicted[i]]++;
  const outputOf = assign(counts, classes);
  let right = 0;
  let rightNow = 0;
  for (let label = 0; label < classes; label++) {
    right += counts[label * classes + outputOf[label]];
    rightNow += counts[label * classes + label];
  }
  return { outputOf, right, rightNow };
}

/** For each row of a square matrix a column of its own, so that the sum of these cells is largest. */
function assign(gains: Int32Array, size: number): Int32Array {
  // Rows and columns count from 1; column 0 stands for the row that is being given a column.
  const rowPotential = new Float64Array(size + 1);
  const columnPotential = new Float64Array(size + 1);
  const rowOf = new Int32Array(size + 1);
  for (let row = 1; row <= size; row++) {
    rowOf[0] = row;
    const cameFrom = shortestPath(gains, { size, rowPotential, columnPotential, rowOf });
    for (let column = cameFrom[size + 1]; column !== 0; column = cameFrom[column]) {
      rowOf[column] = rowOf[cameFrom[column]];
    }
  }
  const columnOf = new Int32Array(size);
  for (let column = 1; column <= size; column++) columnOf[rowOf[column] - 1] = column - 1;
  return columnOf;
}

interface Assignment {
  size: number;
  rowPotential: Float64Array;
  columnPotential: Float64Array;
  /** Row of each column, 0 for none. */
  rowOf: Int32Array;
}

/** Of each column the one before it on the path to it; behind them the free column that the path ends at. */
function shortestPath(gains: Int32Array, state: Assignment): Int32Array {
  const { size, rowPotential, columnPotential, rowOf } = state;
  const cameFrom = new Int32Array(size + 2);
  const shortest = new Float64Array(size + 1).fill(Infinity);
  const isDone = new Uint8Array(size + 1);
  let column = 0;
  do {
    isDone[column] = 1;
    const row = rowOf[column];
    let step = Infinity;
    let nearest = 0;
    for (let next = 1; next <= size; next++) {
      if (isDone[next]) continue;
      const cost = -gains[(row - 1) * size + next - 1] - rowPotential[row] - columnPotential[next];
      if (cost < shortest[next]) {
        shortest[next] = cost;
        cameFrom[next] = column;
      }
      if (shortest[next] < step) {
        step = shortest[next];
        nearest = next;
      }
    }
    for (let next = 0; next <= size; next++) {
      if (isDone[next]) {
        rowPotential[rowOf[next]] += step;
        columnPotential[next] -= step;
      } else {
        shortest[next] -= step;
      }
    }
    column = nearest;
  } while (rowOf[column] !== 0);
  cameFrom[size + 1] = column;
  return cameFrom;
}
