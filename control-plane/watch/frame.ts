/**
 * The text of one socket message: a line with the revision up to which everything has now been sent, then a watch event
 * a line, in order. Without events it only reports progress.
 */
export function frame(revision: number, events: readonly string[]): string {
  return events.length === 0 ? `${revision}\n` : `${revision}\n${events.join('\n')}\n`;
}

/** Inverse of `frame`; `events` is ready to be passed on to the client's stream. */
export function parseFrame(text: string): { revision: number; events: string } {
  const end = text.indexOf('\n');
  return { revision: Number(text.slice(0, end)), events: text.slice(end + 1) };
}

/** An encoded event and the revision after which a watch has had it. */
export interface Line {
  event: string;
  revision: number;
}

/**
 * Frames of about `units` UTF-16 units that bring a watch to `revision`; none when there are no lines. A frame before
 * the last one says the revision of its last event: a reader that stops there resumes without loss.
 */
export function cutFrames(lines: readonly Line[], revision: number, units: number): string[] {
  const frames: string[] = [];
  let events: string[] = [];
  let length = 0;
  lines.forEach((line, index) => {
    events.push(line.event);
    length += line.event.length + 1;
    const isLast = index === lines.length - 1;
    if (!isLast && length < units) return;
    frames.push(frame(isLast ? revision : line.revision, events));
    events = [];
    length = 0;
  });
  return frames;
}
