import { STATUS_CODES } from 'node:http';
import { PROBLEM_TYPES, type ProblemSlug, type ProblemType } from './problem-types.js';
import { slugOf, titleOf } from './status-problems.js';

/**
 * The page to which the `type` of a problem leads, for the person who meets the problem in a log or in a tool; undefined
 * when there is no such problem.
 */
export function problemPage(slug: string): string | undefined {
  const type = typeOf(slug);
  if (!type) return undefined;
  const { status, title, meaning, remedy } = type;
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${escapeHtml(title)}</title>
    <link rel="icon" href="data:," />
    <style>
      :root { color-scheme: light dark; }
      body { font: 1rem/1.6 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem; }
      dt { font-weight: 600; margin-top: 1rem; }
      dd { margin: 0; }
    </style>
  </head>
  <body>
    <main>
      <h1>${escapeHtml(title)}</h1>
      <dl>
        <dt>Problem</dt>
        <dd><code>/problems/${escapeHtml(slug)}</code>, status ${status} ${STATUS_CODES[status] ?? ''}</dd>
        <dt>What has happened</dt>
        <dd>${escapeHtml(meaning)}</dd>
        <dt>What to do</dt>
        <dd>${escapeHtml(remedy)}</dd>
      </dl>
    </main>
  </body>
</html>
`;
}

function typeOf(slug: string): ProblemType | undefined {
  return isOwn(slug) ? PROBLEM_TYPES[slug] : typeOfStatus(slug);
}

function isOwn(slug: string): slug is ProblemSlug {
  return Object.hasOwn(PROBLEM_TYPES, slug);
}

/** A problem of the application that has the service in it is known by its status alone. */
function typeOfStatus(slug: string): ProblemType | undefined {
  for (const code of Object.keys(STATUS_CODES)) {
    const status = Number(code);
    if (status < 400 || status >= 500 || slugOf(status) !== slug) continue;
    return {
      status,
      title: `${titleOf(status)}.`,
      meaning: `The service has refused the request with the status ${status} of HTTP.`,
      remedy: 'Look at the "detail" of the answer, and at the request.',
    };
  }
  return undefined;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
