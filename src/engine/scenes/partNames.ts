import type { Block } from '../../core/overview';
import type { PartitionScene } from '../../protocol/scene';
import type { FlowReference } from '../../protocol/state';
import type { SceneModel } from './sceneModel';
import { formatCount, pluralise } from '../../core/wording';

/** Name of a column: its layer or epoch. */
export function columnName(model: SceneModel, column: number): string {
  const { scene } = model;
  if (model.flow) return model.flow.view.heads[column].title[0];
  if (scene?.kind === 'partition') return scene.columns[column].head.title[0];
  return scene?.kind === 'patterns' ? scene.head.title[0] : '';
}

/** Name of a block as a sentence has it: "pattern 12", "134 patterns of one instance", "output 7". */
export function blockName(model: SceneModel, column: number, block: number): string {
  const { scene } = model;
  if (model.flow) return flowBlockName(model, column, block);
  if (scene?.kind === 'partition') return setName(scene, column, block);
  return scene?.kind === 'patterns' ? `${scene.word} ${scene.node[block]}` : '';
}

/** Name of a flow: "3 from relu_2, pattern 12 to relu_4, pattern 7"; undefined where the scene does not have it. */
export function flowName(model: SceneModel, { gap, flow }: FlowReference): string | undefined {
  const flows = model.flows[gap];
  if (!model.flow || !flows || flow >= flows.instances.length) return undefined;
  const end = (column: number, block: number) =>
    `${columnName(model, column)}, ${blockName(model, column, block)}`;
  const name = model.flow.classing.classes[flows.class[flow]].name;
  return `${name} from ${end(gap, flows.source[flow])} to ${end(gap + 1, flows.target[flow])}`;
}

const kinds = {
  singletons: 'of one instance',
  pure: 'of one class',
  mixed: 'of several classes',
};

function flowBlockName({ flow }: SceneModel, column: number, block: number): string {
  const { overview, nodeWords, diagram, outputs } = flow!.view;
  const found: Block | undefined = overview.levels[column].blocks[block];
  if (!found) return `block ${block}`;
  if (column === overview.levels.length - 1) {
    return `output ${outputs[diagram.outputClasses[found.node]].name}`;
  }
  const word = nodeWords[column];
  return found.kind === 'alone'
    ? `${word} ${found.node}`
    : `${pluralise(found.nodes, word)} ${kinds[found.kind]}`;
}

function setName(scene: PartitionScene, column: number, block: number): string {
  const { sets, leaf, output, instances } = scene.columns[column];
  if (block >= sets.length) return `box ${block}`;
  const name = scene.outputs[output[block]].name;
  if (column === scene.columns.length - 1) return `output ${name}`;
  const what = leaf[block] ? pluralise(sets[block], 'cluster') : pluralise(sets[block], 'set');
  return `${what} of output ${name} (${formatCount(instances[block])})`;
}
