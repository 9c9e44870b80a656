import { ACCESS_CONTEXT, type AccessLine } from './access-line.js';

const SHORT = { singleLine: true, translateTime: 'SYS:HH:MM:ss', sync: true } as const;

/**
 * Makes text for people of the lines of pino. A line of a request is short. Only a terminal gets colours. The
 * package is loaded for this alone, which production does not need.
 */
export async function openTextFormat(
  colorize = process.stdout.isTTY && !process.env['NO_COLOR'],
): Promise<(line: string) => string> {
  const { prettyFactory } = await import('pino-pretty');
  const general = prettyFactory({
    ...SHORT,
    colorize,
    ignore: 'pid,context',
    messageFormat: '[{context}] {msg}',
  });
  const access = prettyFactory({
    ...SHORT,
    colorize,
    include: 'time,level',
    messageFormat: (line) => describe(line as unknown as AccessLine),
  });
  return (text) => {
    const line = JSON.parse(text) as { context?: string };
    const { context } = line;
    return context === ACCESS_CONTEXT ? access(line) : general(line);
  };
}

function describe({ method, path, status, durationMs, aborted }: AccessLine): string {
  const end = aborted ? `${status ?? ''} aborted` : status;
  return `[${ACCESS_CONTEXT}] ${method} ${path} ${end} in ${durationMs} ms`;
}
