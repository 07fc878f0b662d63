import { parseNumber } from '../../data/tables/parseNumber';
import { epochName, stepNameOf } from './jsonFields';
import type { Point } from './rowStore';

/** A row of a table whose columns are parted by blanks. */
export interface AlignedRow {
  /** Empty where the table has no column of epochs or steps: the row belongs to the present one. */
  point: Point;
  metrics: [string, number][];
}

/** A word of a line and where it stands. */
interface Word {
  text: string;
  from: number;
  to: number;
}

/** Most columns of a table that a console shows. */
const MOST_COLUMNS = 60;
const nameWord = /^[a-z_][\w@/.()%+-]{0,60}$/i;
/** Rows about all classes, behind which those of single ones follow. */
const overall = /^(?:all|total|overall|mean|average|avg|macro|weighted)$/i;
/** Counts and places that such tables have beside their metrics. */
const noMetric = /^(?:images?|instances|labels|size|img_size|gpu_mem|gpu|mem|time|dur|eta|class)$/i;

/** Words of a line between blanks and the lines of a drawn table; what a progress bar adds behind is left out. */
function wordsOf(line: string): Word[] {
  const bar = line.search(/:?\s{1,4}\d{1,3}%/);
  const text = (bar < 0 ? line : line.slice(0, bar)).replace(/[|│┃║]/g, ' ');
  return Array.from(text.matchAll(/\S+/g), (match) => ({
    text: match[0],
    from: match.index,
    to: match.index + match[0].length,
  }));
}

/**
 * Tables in consoles: a line of names, perhaps one of dashes, and rows, with blanks or bars between the columns. The epoch
 * stands as N or N/total. A table without epochs (YOLO's validation) belongs to the present one.
 */
export class AlignedTables {
  private names?: Word[];
  private moment = -1;
  /** Names of the table without epochs, and whether its first row has come. */
  private plain?: Word[];
  private plainRow = false;

  /** Whether a header came, so that lines without words may be rows. */
  get open(): boolean {
    return this.names !== undefined || this.plain !== undefined;
  }

  copy(): AlignedTables {
    const copy = new AlignedTables();
    Object.assign(copy, this);
    return copy;
  }

  /** @returns `header` for a line of names, a row, or undefined where the line is of no table */
  read(line: string): AlignedRow | 'header' | undefined {
    const words = wordsOf(line);
    if (words.length < 2 || words.length > MOST_COLUMNS) return undefined;
    if (words.every(({ text }) => nameWord.test(text))) return this.readHeader(words);
    if (this.names && /^\d/.test(words[0].text)) return this.readRow(words, this.names);
    return this.plain && nameWord.test(words[0].text) ? this.readPlainRow(words, this.plain) : undefined;
  }

  private readHeader(words: Word[]): 'header' | undefined {
    const isMoment = ({ text }: Word) => epochName.test(text) || stepNameOf(text) !== undefined;
    const moment = words.findIndex(isMoment);
    if (moment === 0) {
      this.names = words;
      this.moment = moment;
      return 'header';
    }
    if (moment > 0 || words.length < 3) return undefined;
    this.plain = words;
    this.plainRow = false;
    return undefined;
  }

  private readRow(words: Word[], names: Word[]): AlignedRow | undefined {
    const told = /^(\d{1,12})(?:\/\d{1,12})?$/.exec(words[this.moment].text);
    const metrics = metricsOf(words, names, this.moment);
    if (!told || metrics.length === 0) return undefined;
    const value = Number(told[1]);
    const point = epochName.test(names[this.moment].text) ? { epoch: value } : { step: value };
    return { point, metrics };
  }

  private readPlainRow(words: Word[], names: Word[]): AlignedRow | undefined {
    const numbers = words.slice(1).every(({ text }) => parseNumber(text) !== undefined);
    if (words.length !== names.length || !numbers) return undefined;
    if (this.plainRow && !overall.test(words[0].text)) return undefined;
    this.plainRow = true;
    return { point: {}, metrics: metricsOf(words, names, 0) };
  }
}

/** Values below their names: by their order, or where cells are empty, by where they stand. */
function metricsOf(words: Word[], names: Word[], moment: number): [string, number][] {
  const inOrder = words.length >= names.length;
  return names.flatMap((name, column): [string, number][] => {
    if (column === moment || noMetric.test(name.text)) return [];
    const word = inOrder ? words[column] : words.find(({ from, to }) => from < name.to && to > name.from);
    const value = word && parseNumber(word.text.replace(/:$/, ''));
    return value === undefined ? [] : [[name.text, value]];
  });
}
