/** @param header `If-None-Match`; caches on the way may have made the tag a weak one. */
export function isKnownTag(header: string | null, hash: string): boolean {
  const tags = (header ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(`"${hash}"`) || tags.includes('*');
}
