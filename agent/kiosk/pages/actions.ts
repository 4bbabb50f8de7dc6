import type { Action } from '../../disclosure/kinds/head.js';
import type { Word } from '../words.js';

/** The six kinds of enforcement action, in words. */
export const ACTION_WORD: Readonly<Record<Action, Word>> = {
  licence: 'licence',
  penalty: 'penalty',
  compulsion: 'compulsion',
  levy: 'levy',
  fee: 'feeAction',
  inspection: 'inspection',
};
