import type { HighlighterCore, ThemedToken } from 'shiki/core';

export type Line = readonly ThemedToken[];

/** The languages that are highlighted, by the names that models call them. Each is loaded when it is needed. */
const LANGUAGES: Readonly<Record<string, () => Promise<{ default: Language }>>> = {
  bash: () => import('@shikijs/langs/bash'),
  css: () => import('@shikijs/langs/css'),
  go: () => import('@shikijs/langs/go'),
  html: () => import('@shikijs/langs/html'),
  java: () => import('@shikijs/langs/java'),
  javascript: () => import('@shikijs/langs/javascript'),
  json: () => import('@shikijs/langs/json'),
  python: () => import('@shikijs/langs/python'),
  rust: () => import('@shikijs/langs/rust'),
  sql: () => import('@shikijs/langs/sql'),
  tsx: () => import('@shikijs/langs/tsx'),
  typescript: () => import('@shikijs/langs/typescript'),
  yaml: () => import('@shikijs/langs/yaml'),
};

const ALIASES: Readonly<Record<string, string>> = {
  js: 'javascript',
  jsx: 'tsx',
  py: 'python',
  rs: 'rust',
  sh: 'bash',
  shell: 'bash',
  ts: 'typescript',
  yml: 'yaml',
};

type Language = NonNullable<Parameters<HighlighterCore['loadLanguageSync']>[0]>;

let highlighter: Promise<HighlighterCore> | undefined;

/** Colours for each token of a code; undefined when the language is not known. */
export async function highlight(code: string, name: string): Promise<readonly Line[] | undefined> {
  const lang = ALIASES[name] ?? name;
  const language = LANGUAGES[lang];
  if (!language) return undefined;
  highlighter ??= create();
  const [shiki, { default: grammar }] = await Promise.all([highlighter, language()]);
  if (!shiki.getLoadedLanguages().includes(lang)) await shiki.loadLanguage(grammar);
  return shiki.codeToTokens(code, { lang, themes: THEMES, defaultColor: false }).tokens;
}

/** Of high contrast, so that comments can be read too. */
const THEMES = {
  light: 'github-light-high-contrast',
  dark: 'github-dark-high-contrast',
} as const;

async function create(): Promise<HighlighterCore> {
  const [{ createHighlighterCore }, { createJavaScriptRegexEngine }, light, dark] =
    await Promise.all([
      import('shiki/core'),
      // Without WebAssembly, which a strict policy of a page forbids.
      import('shiki/engine/javascript'),
      import('@shikijs/themes/github-light-high-contrast'),
      import('@shikijs/themes/github-dark-high-contrast'),
    ]);
  return createHighlighterCore({
    themes: [light.default, dark.default],
    engine: createJavaScriptRegexEngine({ forgiving: true }),
  });
}
