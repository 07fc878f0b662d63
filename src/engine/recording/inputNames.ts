import { InputError } from '../../core/errors';
import { modelInputNames } from '../../models/openModel';

/**
 * Names of a model's inputs where it has several, or takes other names than datasets usually have; none where the file is
 * damaged or no model, which is told where it is opened.
 */
export async function inputNames(model: string): Promise<string[]> {
  try {
    return await modelInputNames(model);
  } catch (error) {
    if (error instanceof InputError) return [];
    throw error;
  }
}
