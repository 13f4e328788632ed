/** The media type of an OpenAPI v2 document in protocol buffers. A file of its own: who serves it need not encode it. */
export const openapiV2ProtobufType = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
