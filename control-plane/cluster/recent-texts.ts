/** Texts by name, the most recently used of them, as far as they fit. */
export interface RecentTexts {
  get(name: string): string | undefined;
  keep(name: string, text: string): void;
}

export function recentTexts(maxUnits: number): RecentTexts {
  const texts = new Map<string, string>();
  let units = 0;
  const drop = (name: string) => {
    units -= texts.get(name)?.length ?? 0;
    texts.delete(name);
  };
  return {
    get(name) {
      const text = texts.get(name);
      if (text === undefined) return undefined;
      texts.delete(name);
      texts.set(name, text);
      return text;
    },
    keep(name, text) {
      drop(name);
      if (text.length > maxUnits) return;
      texts.set(name, text);
      units += text.length;
      while (units > maxUnits) drop(texts.keys().next().value!);
    },
  };
}
