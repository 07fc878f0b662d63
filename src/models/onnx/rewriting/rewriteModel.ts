import { Constants } from '../activations/constants';
import { GraphIndex } from '../activations/graphIndex';
import { withNodes, type InlinedModel } from '../proto/inline';
import { parseModel, refusing } from '../proto/parse';
import { inEvaluationMode } from './evaluationMode';
import { unfuse } from './unfuse';

/** A model in the form in which it is analysed and run. */
export interface RewrittenModel extends InlinedModel {
  /** Tensors whose channels are blocked, with how many those are. */
  blocked: ReadonlyMap<string, number>;
  /** What was changed, in sentences for the user. */
  notices: string[];
}

const counted = (count: number, op: string): string => `${op} ×${count}`;

/**
 * Takes apart what an optimiser fused, and puts what was exported in training mode into evaluation mode.
 * @throws InputError when the graph is none
 */
export function rewriteModel(inlined: InlinedModel, source: string): RewrittenModel {
  const { bytes, model, kept } = inlined;
  const index = refusing(bytes, source, () => new GraphIndex(model.graph));
  const constants = new Constants(index, model.opsets.get('') ?? 1);
  const blocked = new Map<string, number>();
  const trained = new Map<string, number>();
  let changed = false;
  const nodes = model.graph.nodes.flatMap((node) => {
    const evaluated = inEvaluationMode(index, constants, node);
    if (evaluated) {
      changed = true;
      trained.set(node.op, (trained.get(node.op) ?? 0) + 1);
      return [evaluated];
    }
    const apart = unfuse(model.graph, node);
    if (!apart) return [node.bytes];
    changed = true;
    if (apart.blocked) blocked.set(apart.blocked.tensor, apart.blocked.channels);
    return apart.nodes;
  });
  const notices = trained.size
    ? [
        `The model was exported in training mode (${[...trained].map(([op, count]) => counted(count, op)).join(', ')}): ` +
          'its patterns would depend on the batch or on chance. It is recorded in evaluation mode, with the statistics it keeps.',
      ]
    : [];
  if (!changed) return { bytes, model, kept, blocked, notices };
  const rewritten = withNodes(bytes, nodes, [], model.functions.length > 0);
  return { bytes: rewritten, model: parseModel(rewritten, source), kept, blocked, notices };
}
