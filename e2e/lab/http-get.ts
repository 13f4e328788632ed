/** `http-get.ts URL [BODY]`: GET, or POST of BODY; prints the answer's body, ends with 1 when it is not 2xx. */
const [url, body] = process.argv.slice(2) as [string, string | undefined];
const response = await fetch(url, {
  ...(body === undefined ? {} : { method: 'POST', body }),
  signal: AbortSignal.timeout(5_000),
});
process.stdout.write(await response.text());
process.exitCode = response.ok ? 0 : 1;
