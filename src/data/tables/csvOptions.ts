import type { ColumnChoice, TableRole } from './csvColumns';

/** What is done about a missing number. */
export type MissingRule = 'error' | 'drop' | 'zero' | 'mean';

/** How a table is to be read. */
export interface CsvOptions extends ColumnChoice {
  role: TableRole;
  header?: boolean;
  delimiter?: string;
  missing: MissingRule;
}
