import { DocumentBuilder, type OpenAPIObject } from '@nestjs/swagger';

/** What the description says before it comes to a route. */
export function aboutTheApi(): Omit<OpenAPIObject, 'paths'> {
  const document = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Conversation Store')
    .setDescription(
      'Keeps the conversations of chat users. Every request but a probe needs the JWT of a user, and sees only the ' +
        'conversations of that user. Every error is `application/problem+json` (RFC 9457).',
    )
    .setVersion('1')
    .addServer('/', 'The service that has this description.')
    .addTag('conversations', 'Create, read, list, change, delete, fork and export conversations.')
    .addTag('messages', 'Read and append the messages of a conversation.')
    .addTag('turns', 'Have messages answered, and follow the answer as it is made.')
    .addTag('chat', 'The same service under the names that an existing chat client uses.')
    .addTag('problems', 'What the `type` of a problem means.')
    .addTag('health', 'For probes. No token is needed.')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
    .build();
  document.info.contact = { name: 'The team that runs this service' };
  document.info.license = LICENSE;
  return document;
}

/** The package has no license: nobody may use it without the owner's leave. */
const LICENSE = { name: 'Unlicensed', identifier: 'LicenseRef-UNLICENSED' } as const;
