import { textOf, type PromptMessage, type ToolCall } from './prompt.js';

/** The tool that a question asks for. */
export function callFor(question: string): ToolCall | undefined {
  const city = /\bweather in (\p{L}[\p{L} ]*)/iu.exec(question)?.[1];
  if (city) return { name: 'getWeather', input: { city } };
  const table = /\btable for (\w+) at (\w+)/i.exec(question);
  if (table) return { name: 'bookTable', input: { guests: table[1], time: table[2] } };
  return undefined;
}

/** What the model says when the last message of its prompt is the result of a tool. */
export function replyToResult(prompt: readonly PromptMessage[]): string {
  const result = textOf(prompt.at(-1));
  const name = prompt.findLast(({ tool_calls: calls }) => calls)?.tool_calls?.[0]?.function.name;
  const { city, degrees, sky, number } = fieldsOf(result);
  if (name === 'getWeather' && city) return `It is **${degrees} °C** and ${sky} in ${city}.`;
  if (name === 'bookTable' && number) return `Your table is booked. The number is **${number}**.`;
  if (name === 'bookTable') return 'All right: I have booked nothing.';
  return `The tool says: ${result}`;
}

function fieldsOf(result: string): Partial<Record<string, string>> {
  try {
    return JSON.parse(result) as Partial<Record<string, string>>;
  } catch {
    return {};
  }
}
