import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';

const INDEX = 'src/index.ts';

/** The names that the section "What is public" lists: those in the first column of its tables. */
function documentedNames(): string[] {
  const [, section = ''] = readFileSync('docs/embedding.md', 'utf8').split('## What is public');
  const firstColumns = Array.from(section.matchAll(/^\|([^|]*)\|/gm), ([, cell = '']) => cell);
  return firstColumns.flatMap((cell) =>
    Array.from(cell.matchAll(/`(\w+)`/g), ([, name = '']) => name),
  );
}

/** The exports of the package with their docstrings, from the files of the service alone. */
function exports(): { name: string; docstring: string }[] {
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    noLib: true,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  host.resolveModuleNameLiterals = (literals, file) =>
    literals.map(({ text }) =>
      text.startsWith('.')
        ? ts.resolveModuleName(text, file, options, host)
        : { resolvedModule: undefined },
    );
  const program = ts.createProgram([INDEX], options, host);
  const checker = program.getTypeChecker();
  const index = checker.getSymbolAtLocation(program.getSourceFile(INDEX) as ts.SourceFile);
  return checker.getExportsOfModule(index as ts.Symbol).map((symbol) => ({
    name: symbol.name,
    docstring: ts.displayPartsToString(
      checker.getAliasedSymbol(symbol).getDocumentationComment(checker),
    ),
  }));
}

describe('what the package exports', () => {
  const exported = exports();

  it('is what docs/embedding.md lists, each name once', () => {
    expect(documentedNames().sort()).toEqual(exported.map(({ name }) => name).sort());
  });

  it('has a docstring each', () => {
    expect(exported.filter(({ docstring }) => docstring === '')).toEqual([]);
  });
});
