import { END, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph';

/** The smallest graph that stores messages. Its node never runs. */
export const graph = new StateGraph(MessagesAnnotation)
  .addNode('chat', () => ({ messages: [] }))
  .addEdge(START, 'chat')
  .addEdge('chat', END)
  .compile();
