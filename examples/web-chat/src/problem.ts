/** What the service answers when it does not do what was asked: RFC 9457. */
interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
}

export class ProblemError extends Error {
  override readonly name = 'ProblemError';

  private constructor(
    message: string,
    /** 0 when there was no answer at all. */
    readonly status: number,
  ) {
    super(message);
  }

  static in(text: string, status: number): ProblemError {
    const { type, title, detail } = parse(text);
    // A proxy's own page is no problem of the service's.
    if (title === undefined) return new ProblemError('The service cannot be reached.', status);
    // What the detail of this one says is for whoever writes a page.
    if (type?.endsWith('/turn-conflict')) {
      return new ProblemError('A reply is being written already, perhaps in another tab.', status);
    }
    return new ProblemError(detail === undefined ? title : `${title} ${detail}`, status);
  }
}

function parse(text: string): Partial<ProblemBody> {
  try {
    return JSON.parse(text) as Partial<ProblemBody>;
  } catch {
    return {};
  }
}

/**
 * `fetch`, for the page and for `useChat`: whatever is no success is a {@link ProblemError}.
 */
export async function fetchOrProblem(...request: Parameters<typeof fetch>): Promise<Response> {
  const response = await fetch(...request).catch((error: unknown) => {
    // `useChat` aborts requests itself, and wants to know that it did.
    if (error instanceof DOMException) throw error;
    throw ProblemError.in('', 0);
  });
  if (!response.ok) throw ProblemError.in(await response.text(), response.status);
  return response;
}
