/** A peer as it is run in production, that logs errors alone and tells nobody of it. */
export const PEER_ENVIRONMENT: Readonly<Record<string, string>> = {
  NODE_ENV: 'production',
  LOG_LEVEL: 'error',
  LANGSMITH_TRACING: 'false',
  LANGCHAIN_TRACING_V2: 'false',
  LANGGRAPH_CLI_NO_ANALYTICS: '1',
};
