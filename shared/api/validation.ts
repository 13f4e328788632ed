/** Syntax rules and metadata validation, for the kinds. */
export * as fieldErrors from './field-errors.ts';
export * from './validation/conditions.ts';
export * from './validation/ip.ts';
export * from './validation/names.ts';
export * from './validation/object-meta.ts';
