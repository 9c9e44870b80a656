import { langchain } from './langchain.mjs';

export const open = langchain(600);
