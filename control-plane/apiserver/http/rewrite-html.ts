/** Of which elements which attributes hold a URL, as far as Kubernetes looks. */
const urlAttributes: Readonly<Record<string, readonly string[]>> = {
  a: ['href'],
  applet: ['codebase'],
  area: ['href'],
  audio: ['src'],
  base: ['href'],
  blockquote: ['cite'],
  body: ['background'],
  button: ['formaction'],
  command: ['icon'],
  del: ['cite'],
  embed: ['src'],
  form: ['action'],
  frame: ['longdesc', 'src'],
  head: ['profile'],
  html: ['manifest'],
  iframe: ['longdesc', 'src'],
  img: ['longdesc', 'src', 'usemap'],
  input: ['src', 'usemap', 'formaction'],
  ins: ['cite'],
  link: ['href'],
  object: ['classid', 'codebase', 'data', 'usemap'],
  q: ['cite'],
  script: ['src'],
  source: ['src'],
  video: ['poster', 'src'],
};

/** Encodings of a body that can be looked into; absent is none. */
const readable: readonly (string | null)[] = [null, 'identity', 'gzip'];

/** Whether the links of an answer can be found: it is HTML, and in no encoding that would hide them. */
export function hasLinks(headers: Headers): boolean {
  const type = (headers.get('content-type') ?? '').split(';')[0]?.trim();
  return type === 'text/html' && readable.includes(headers.get('content-encoding'));
}

/** Changes the links of a page as it passes, in the encoding that it has. The length becomes another one. */
export function rewriteLinks(
  body: ReadableStream<Uint8Array>,
  { encoding, rewrite }: { encoding: string | null; rewrite(link: string): string },
): ReadableStream<Uint8Array> {
  const isCompressed = encoding === 'gzip';
  const page = isCompressed ? body.pipeThrough(new DecompressionStream('gzip')) : body;
  const rewriter = new HTMLRewriter();
  for (const [tag, attributes] of Object.entries(urlAttributes)) {
    for (const attribute of attributes) {
      rewriter.on(`${tag}[${attribute}]`, {
        element(element) {
          const link = element.getAttribute(attribute) ?? '';
          const changed = rewrite(link);
          if (changed !== link) element.setAttribute(attribute, changed);
        },
      });
    }
  }
  // Without a type the bytes are taken for UTF-8, whatever the page says, and those that are no link stay as they are.
  const changed = rewriter.transform(new Response(page)).body as ReadableStream<Uint8Array>;
  return isCompressed ? changed.pipeThrough(new CompressionStream('gzip')) : changed;
}
