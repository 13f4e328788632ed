/** The text of an answer. Rejects for anything but 200, and for more than `maxBytes`, of which no more is read. */
export async function readBoundedText(
  answer: Promise<Response>,
  { url, maxBytes }: { url: string; maxBytes: number },
): Promise<string> {
  const { body, status } = await answer;
  if (status !== 200) {
    await body?.cancel();
    throw new Error(`${url}: ${status}`);
  }
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    // Leaving the loop cancels the body.
    if (size > maxBytes) throw new Error(`${url}: the answer is larger than ${maxBytes} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
