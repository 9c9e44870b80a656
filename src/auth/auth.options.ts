import type { CanActivate, ModuleMetadata, Type } from '@nestjs/common';
import type { Caller } from './caller.js';

/** Signature algorithms that a deployment may pin; exactly one is accepted. */
export const HMAC_ALGORITHMS = ['HS256', 'HS384', 'HS512'] as const;
export const PUBLIC_KEY_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
] as const;

type HmacAlgorithm = (typeof HMAC_ALGORITHMS)[number];
type PublicKeyAlgorithm = (typeof PUBLIC_KEY_ALGORITHMS)[number];

/** Bytes that a shared secret has at least: HS256 is as strong as its secret is long. */
export const MIN_SECRET_BYTES = 32;

/** The claims that name the user and the tenant, when the options name no others. */
export const DEFAULT_CLAIMS = { user: 'sub', tenant: 'tid' } as const;

/** What verifies tokens: one shared secret, or the public keys of an identity provider. */
export type TokenKeys =
  | {
      readonly kind: 'secret';
      readonly algorithm: HmacAlgorithm;
      /** {@link MIN_SECRET_BYTES} or more. */
      readonly secret: string;
      /** The service made the secret for this run, and nobody else has it yet: development only. */
      readonly generated?: boolean;
    }
  | { readonly kind: 'jwks'; readonly algorithm: PublicKeyAlgorithm; readonly uri: string };

/** How the service verifies JSON web tokens, and which claims it reads. */
export interface JwtOptions {
  readonly keys: TokenKeys;
  /** The `iss` that a token must have, or one of several; any when absent. */
  readonly issuer?: string | readonly string[];
  /** The `aud` that a token must have, or one of several; any when absent. */
  readonly audience?: string | readonly string[];
  /** The claim that names the user; `sub` when absent. */
  readonly userClaim?: string;
  /** The claim that names the tenant; `tid` when absent. */
  readonly tenantClaim?: string;
  /** Groups in the claim `groups` whose members have the role of a service. */
  readonly serviceGroups?: readonly string[];
}

/** A Passport strategy, as `PassportStrategy` of `@nestjs/passport` makes one, that yields a caller. */
export interface CallerStrategy {
  /** The caller of the request; nobody when it is `false` or `null`, and the answer is 401. */
  validate(...args: never[]): Verdict | Promise<Verdict>;
}

type Verdict = Caller | false | null;

/**
 * Who decides who calls: the JWT verification of the service, a guard of your own, or a Passport
 * strategy of your own. A guard puts a {@link Caller} into `request.user`; a strategy returns it from
 * `validate`. The service checks that caller, and answers 401 when the caller is not usable.
 */
export type AuthOptions =
  | ({ readonly kind: 'jwt' } & JwtOptions)
  | {
      readonly kind: 'guard';
      readonly guard: Type<CanActivate>;
      /** Modules that export what the guard injects. */
      readonly imports?: ModuleMetadata['imports'];
    }
  | {
      readonly kind: 'passport';
      readonly strategy: Type<CallerStrategy>;
      /** Modules that export what the strategy injects. */
      readonly imports?: ModuleMetadata['imports'];
    };
