import type { BoardRecord } from './records';

/** One record, reactive by itself: a patch of one note touches what shows that note and nothing else. */
export class Cell {
  /** The record as it is now. Replaced whole, never changed in place. */
  record: BoardRecord = $state.raw() as BoardRecord;

  constructor(record: BoardRecord) {
    this.record = record;
  }
}
