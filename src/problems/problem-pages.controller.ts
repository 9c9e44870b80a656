import { Controller, Get, Header, NotFoundException, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Public } from '../auth/public.decorator.js';
import { problemPage } from './problem-page.js';
import { PROBLEM_TYPES } from './problem-types.js';
import { Problems } from './problems.decorator.js';

/** Where the `type` of a problem leads. */
@Public()
@ApiTags('problems')
@Controller('problems')
export class ProblemPagesController {
  /**
   * Explains a problem.
   * @remarks A page for a person: what has happened, and what to do.
   */
  @Get(':slug')
  @ApiOperation({ operationId: 'getProblemPage' })
  @ApiParam({
    name: 'slug',
    description: 'The last part of the `type` of a problem.',
    example: 'conversation-closed' satisfies keyof typeof PROBLEM_TYPES,
  })
  @ApiOkResponse({
    description: 'The page.',
    content: { 'text/html': { schema: { type: 'string' } } },
  })
  @Problems('bad-request', 'not-found')
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Cache-Control', 'public, max-age=3600')
  page(@Param('slug') slug: string): string {
    const page = problemPage(slug);
    if (page === undefined) throw new NotFoundException();
    return page;
  }
}
