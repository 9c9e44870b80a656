import { jsonSchema, tool, type ToolSet } from 'ai';

interface Place {
  readonly city: string;
}

interface Booking {
  readonly guests: string;
  readonly time: string;
}

/** Tools of the demo: one that runs at once, and one that the user has to approve. They call nothing. */
export const tools = {
  getWeather: tool({
    description: 'Tells the weather in a city.',
    inputSchema: jsonSchema<Place>({
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
    }),
    execute: async ({ city }) => ({ city, degrees: 14, sky: 'cloudy' }),
  }),
  bookTable: tool({
    description: 'Books a table in the restaurant.',
    inputSchema: jsonSchema<Booking>({
      type: 'object',
      properties: { guests: { type: 'string' }, time: { type: 'string' } },
      required: ['guests', 'time'],
    }),
    needsApproval: true,
    execute: async () => ({ number: 'T-2041' }),
  }),
} satisfies ToolSet;
