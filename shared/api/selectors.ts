/** Label and field selectors. */
export * from './selectors/field-selector.ts';
export * from './selectors/label-selector.ts';
