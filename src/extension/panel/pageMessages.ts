import { detailsCommands, type FromDetails } from '../../protocol/details';
import { logTableCommands, type FromLogTable } from '../../protocol/logTable';
import { panelCommands, type FromPanel } from '../../protocol/panel';
import type { PageState } from '../../protocol/state';

// A page shows what files hold. Should something in one ever run there, it can say no more than the page itself: messages of
// other shapes are not listened to, and commands are those that the page has buttons for.

type Fields = Record<string, unknown>;
type Check = (value: unknown) => boolean;

/** Elements of any list of a page: blocks, flows, instances. */
const MOST = 1_000_000;
const LONGEST = 10_000;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const text: Check = (value) => typeof value === 'string' && value.length <= LONGEST;
const count: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const size: Check = (value) => typeof value === 'number' && value >= 0 && value <= 1e5;
const oneOf =
  (...values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value);
const absentOr =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.length <= MOST && value.every(check);
/** An object with these fields and no others. */
const shape =
  (fields: Record<string, Check>): Check =>
  (value) =>
    isFields(value) &&
    Object.keys(value).every((name) => Object.hasOwn(fields, name)) &&
    Object.entries(fields).every(([name, check]) => check(value[name]));

const block = shape({ column: count, block: count });
const flow = shape({ gap: count, flow: count });
const resolution: Check = (value) => oneOf('auto', 'exact')(value) || count(value);
const selections: Record<string, Check> = {
  none: shape({ kind: text }),
  blocks: shape({ kind: text, blocks: listOf(block), flows: absentOr(listOf(flow)) }),
  node: shape({ kind: text, level: count, node: count }),
  instances: shape({ kind: text, instances: listOf(count) }),
};

const stateFields: Record<keyof PageState, Check> = {
  version: oneOf(1),
  snapshot: count,
  view: oneOf('flow', 'partition', 'time', 'patterns'),
  level: count,
  colour: oneOf('label', 'output', 'correct'),
  resolution,
  levelResolutions: (value) =>
    isFields(value) && Object.entries(value).every(([level, one]) => /^\d+$/.test(level) && resolution(one)),
  budget: count,
  hiddenLevels: listOf(count),
  hiddenClasses: listOf(count),
  filters: listOf(shape({ title: text, count })),
  selection: (value) =>
    isFields(value) &&
    typeof value.kind === 'string' &&
    Object.hasOwn(selections, value.kind) &&
    selections[value.kind](value),
  metrics: listOf(text),
  metricScale: oneOf('linear', 'log'),
};

/** Some fields of the state. */
const change = shape(
  Object.fromEntries(Object.entries(stateFields).map(([name, check]) => [name, absentOr(check)])),
);

const type: Check = text;
const failed = shape({ type, message: text });

const fromPanel: Record<FromPanel['type'], Check> = {
  ready: shape({ type, width: size, height: size }),
  resized: shape({ type, width: size, height: size }),
  change: shape({ type, number: count, change, run: absentOr(text) }),
  filter: shape({ type, blocks: listOf(block), flows: absentOr(listOf(flow)), title: text }),
  command: shape({ type, command: oneOf(...panelCommands) }),
  paths: shape({ type, request: count, sceneNumber: count, blocks: listOf(block), flow: absentOr(flow) }),
  findInstance: shape({ type, instance: count }),
  failed,
};

const fromDetails: Record<FromDetails['type'], Check> = {
  ready: shape({ type }),
  command: shape({ type, command: oneOf(...detailsCommands) }),
  failed,
};

const fromLogTable: Record<FromLogTable['type'], Check> = {
  ready: shape({ type }),
  rows: shape({ type, from: count, count }),
  cursor: shape({ type, row: count }),
  show: shape({ type, row: count }),
  open: shape({ type, line: (value) => count(value) && (value as number) > 0 }),
  command: shape({ type, command: oneOf(...logTableCommands) }),
  failed,
};

function reader<Message extends { type: string }>(checks: Record<Message['type'], Check>) {
  return (message: unknown): Message | undefined => {
    if (!isFields(message) || typeof message.type !== 'string' || !Object.hasOwn(checks, message.type)) {
      return undefined;
    }
    return checks[message.type as Message['type']](message) ? (message as unknown as Message) : undefined;
  };
}

/** What the page of a diagram says; undefined where it is none of its messages. */
export const readPanelMessage = reader<FromPanel>(fromPanel);

/** What the page of details says; undefined where it is none of its messages. */
export const readDetailsMessage = reader<FromDetails>(fromDetails);

/** What the page of a log's table says; undefined where it is none of its messages. */
export const readLogTableMessage = reader<FromLogTable>(fromLogTable);
