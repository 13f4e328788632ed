/** Thrown for bytes that are not a protobuf message of the type that they claim to be. */
export class MalformedProtobuf extends Error {
  /** What they claim to be, as far as they were readable. */
  readonly type: { apiVersion: string; kind: string } | undefined;

  constructor(message: string, type?: { apiVersion: string; kind: string }) {
    super(message);
    this.type = type;
  }
}
