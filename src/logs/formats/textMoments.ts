/** The number of an epoch in a line, and the split that stands with it. */
export interface ToldEpoch {
  epoch: number;
  split?: string;
  /** Whether the line has the word, and not brackets alone. */
  byWord: boolean;
  /** Where it ends in the line. */
  end: number;
}

/** `Epoch 3/10`, `Epoch: [3][10/100]`, `[Epoch 3]`, `epoch=3`, `Epoch(val) [3][4/4]`, `Epoch     #3`. */
const epochPattern =
  /(?<![a-z_])(?:epoch|ep(?=[\s:=#.[]))(?:\((\w{1,12})\))?\.?\s{0,40}(?:(?:no|nr|number|num)\.?\s{0,4})?[:=#]?\s{0,40}[[(]?\s{0,40}(\d{1,9}(?:\.\d{1,18})?)(?!\w|\.\d)/i;
/** Sentences about another epoch than the present one. */
const aside = /best\s{1,4}epoch|from\s{1,4}epoch|(?:until|till|every|patience)\s{1,4}epoch/i;
/** An epoch without the word, behind that of the training: `Train: 3 [ 0/100 …`, `Train: [3/10][20/100]`. */
const trainPattern =
  /(?<![\w/.-])train(?:ing)?\s{0,4}:\s{0,4}(?:(\d{1,9})(?=\s{0,4}\[)|\[\s{0,8}(\d{1,9})(?:\s{0,4}\/\s{0,4}\d{1,9})?\s{0,8}\]\s{0,4}\[)/i;
/** An epoch first in brackets, with another number behind it: `[3, 2000] loss: 0.5`, `[3/10][20/100] loss 0.5`. */
const bracketPattern =
  /^\s{0,20}\[\s{0,8}(\d{1,9})(?:\s{0,4},\s{0,8}\d{1,12}\s{0,8}\]|\s{0,4}\/\s{0,4}\d{1,9}\s{0,8}\]\s{0,4}\[\s{0,8}\d{1,12}\s{0,4}\/)/;
/** A step since the start; with `/total` behind it, it may be one within the epoch. */
const stepPattern =
  /(?<![a-z_])(?:(?:global|current|train)_?steps?|steps?|iter(?:ation)?s?|num_updates|updates?)\s{0,40}[:=#]?\s{0,8}\[?\s{0,8}(\d{1,15})(?!\w|\.\d)(\s{0,2}\/)?/i;
/** A line that tells that an epoch has ended. */
const ended =
  /(?<![a-z])(?:takes?|took|taken|end(?:ed|s)?|finish(?:ed|es)?|done|complete[ds]?|elapsed|over)(?![a-z])/i;

/** The epoch that a line is of, where it tells one. */
export function epochIn(line: string): ToldEpoch | undefined {
  if (/ep(?:och|[\s:=#.[])/i.test(line) && !aside.test(line)) {
    const found = epochPattern.exec(line);
    if (found) {
      return { epoch: Number(found[2]), split: found[1], byWord: true, end: found.index + found[0].length };
    }
  }
  const found = trainPattern.exec(line) ?? bracketPattern.exec(line);
  if (!found) return undefined;
  return { epoch: Number(found[1] ?? found[2]), byWord: false, end: found.index + found[0].length };
}

/** The step that a line is of, and whether it stands before a total and so may be one within the epoch. */
export function stepIn(line: string): { step: number; ofTotal: boolean } | undefined {
  const found = stepPattern.exec(line);
  return found ? { step: Number(found[1]), ofTotal: found[2] !== undefined } : undefined;
}

/** Whether a line only tells that an epoch is over. */
export function tellsEnd(line: string): boolean {
  return ended.test(line);
}
