/** One instruction of a Dockerfile: its name in capitals, its flags (`--from=build`) and what follows them. */
export interface Instruction {
  readonly name: string;
  readonly flags: Readonly<Record<string, string>>;
  readonly text: string;
}

export interface Stage {
  /** As other stages call it; its index when it has no name. */
  readonly name: string;
  /** The image or the stage that it starts from. */
  readonly base: string;
  readonly instructions: readonly Instruction[];
}

/** What the last stage says of how the image runs. */
export interface ImageConfig {
  readonly workdir: string;
  readonly user: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly ports: readonly string[];
  readonly stopSignal: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly healthCheck: readonly string[];
}

/** The stages of a Dockerfile, first to last. Heredocs and parser directives are not read. */
export function parseDockerfile(text: string): readonly Stage[] {
  const stages: { name: string; base: string; instructions: Instruction[] }[] = [];
  for (const line of logicalLines(text)) {
    const instruction = parseInstruction(line);
    if (instruction.name === 'FROM') {
      const [base = '', as, name] = instruction.text.split(/\s+/);
      if (as !== undefined && as.toUpperCase() !== 'AS') throw new Error(`Not understood: ${line}`);
      stages.push({ base, name: name ?? String(stages.length), instructions: [] });
    } else {
      const stage = stages.at(-1);
      if (!stage) throw new Error(`No stage has begun: ${line}`);
      stage.instructions.push(instruction);
    }
  }
  return stages;
}

export function readImageConfig({ instructions }: Stage): ImageConfig {
  const all = (name: string): string[] =>
    instructions.filter((instruction) => instruction.name === name).map(({ text }) => text);
  const last = (name: string): string => all(name).at(-1) ?? '';
  return {
    workdir: last('WORKDIR'),
    user: last('USER'),
    environment: pairs(all('ENV')),
    labels: pairs(all('LABEL')),
    ports: all('EXPOSE'),
    stopSignal: last('STOPSIGNAL'),
    entrypoint: execForm(last('ENTRYPOINT')),
    command: execForm(last('CMD')),
    healthCheck: execForm(last('HEALTHCHECK').replace(/^CMD\s+/, '')),
  };
}

/** Without comments, and with the lines joined that a backslash continues. */
function logicalLines(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .join('\n')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function parseInstruction(line: string): Instruction {
  const [, name = '', flags = '', text = ''] = /^(\w+)((?:\s+--\S+)*)\s+(.*)$/s.exec(line) ?? [];
  return {
    name: name.toUpperCase(),
    flags: Object.fromEntries(
      [...flags.matchAll(/--([\w-]+)=(\S+)/g)].map(([, key, value]) => [key, value]),
    ) as Record<string, string>,
    text,
  };
}

function pairs(texts: readonly string[]): Record<string, string> {
  const found = texts.flatMap((text) => [...text.matchAll(/([\w.]+)=(?:"([^"]*)"|(\S+))/g)]);
  return Object.fromEntries(
    found.map(([, key, quoted, plain]) => [key, quoted ?? plain]),
  ) as Record<string, string>;
}

/** @throws Error for the form that needs a shell, which the image does not have */
function execForm(text: string): string[] {
  if (!text.startsWith('[')) throw new Error(`Not a list of arguments: ${text}`);
  return JSON.parse(text) as string[];
}
