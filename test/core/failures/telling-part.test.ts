import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { mostReasonChars, tellingPart } from '../../../src/core/failures/telling-part.ts';

const said: readonly (readonly [what: string, body: string, part: string])[] = [
  ['a text', '  jitter is not known\n  at line 3', 'jitter is not known'],
  ['nothing', ' \n ', ''],
  [
    'an error of OpenAI',
    '{"error":{"message":"The model `x` does not exist","type":"invalid_request_error","param":null,"code":"model_not_found"}}',
    'The model `x` does not exist',
  ],
  ['an error of Ollama', '{"error":"model \'x\' not found"}', "model 'x' not found"],
  [
    'an error of Anthropic',
    '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}',
    'Overloaded',
  ],
  ['an error of vLLM', '{"object":"error","message":"max_tokens is too large","code":400}', 'max_tokens is too large'],
  [
    'a list of Google',
    '[{"error":{"code":429,"message":"Quota exceeded","status":"RESOURCE_EXHAUSTED"}}]',
    'Quota exceeded',
  ],
  [
    'a validation error of FastAPI',
    '{"detail":[{"type":"missing","loc":["body","max_tokens"],"msg":"Field required","input":{}}]}',
    'body.max_tokens: Field required',
  ],
  [
    'a problem of RFC 9457',
    '{"type":"https://a.example/x","title":"Out of credit","status":403,"detail":"Your balance is 30"}',
    'Your balance is 30',
  ],
  ['a problem with a title alone', '{"type":"about:blank","title":"Not Found","status":404}', 'Not Found'],
  ['an error of OAuth', '{"error":"invalid_grant","error_description":"The token expired"}', 'The token expired'],
  [
    'an error of Spring',
    '{"timestamp":"2026-01-01","status":400,"error":"Bad Request","message":"","path":"/x"}',
    'Bad Request',
  ],
  [
    'errors of GraphQL',
    '{"errors":[{"message":"Cannot query field","locations":[]}],"data":null}',
    'Cannot query field',
  ],
  [
    'a form of Django',
    '{"max_tokens":["Ensure this value is less than 5."]}',
    'max_tokens: Ensure this value is less than 5.',
  ],
  ['a code alone', '{"code":"limit_exceeded"}', 'limit_exceeded'],
  ['an error quoted in another', '{"error":{"message":"{\\"error\\":{\\"message\\":\\"inner\\"}}"}}', 'inner'],
  ['JSON that says nothing', '{"a":1}', '{"a":1}'],
  [
    'JSON that is cut off',
    '{"error":{"message":"too \\"long\\" for the model","type":"inv',
    'too "long" for the model',
  ],
  ['a page', '<!DOCTYPE html>\n<html><head><TITLE>502 Bad &amp; Gateway</TITLE></head><body>', '502 Bad & Gateway'],
  ['a page without a title', '<html><body><h1>It&#39;s down</h1></body></html>', "It's down"],
  ['a piece of markup', '<p>No <b>such</b> thing</p>', 'No such thing'],
  [
    'an error of S3',
    '<?xml version="1.0"?>\n<Error><Code>NoSuchKey</Code><Message>The key is not there.</Message></Error>',
    'The key is not there.',
  ],
  [
    'a fault of SOAP',
    '<s:Envelope><s:Body><s:Fault><faultstring xml:lang="en">No route</faultstring></s:Fault>',
    'No route',
  ],
  ['an event', 'event: error\ndata: {"error":{"message":"busy"}}\n\n', 'busy'],
  ['bytes', '\uFFFDPNG\u0000\u0001\uFFFD\uFFFD', ''],
  ['colours for a terminal', '\u001B[31mred\u001B[0m \u0007bell \u202Eturned', 'red bell turned'],
];

describe('the reason of a failure', () => {
  for (const [what, body, part] of said) it(`from ${what}`, () => assert.equal(tellingPart(body), part));

  it('is one short line without control characters for any text', () => {
    const json = fc.json().map((text) => text);
    const markup = fc
      .array(fc.constantFrom('<', '>', '&', 'title', '/', 'a', '"', '#', ';', '{', '}', '\n'))
      .map((all) => all.join(''));
    fc.assert(
      fc.property(fc.oneof(json, markup, fc.string({ unit: 'binary', maxLength: 600 })), (text) => {
        const part = tellingPart(text);
        assert.ok(part.length <= mostReasonChars);
        assert.doesNotMatch(part, /\p{Cc}/u);
      }),
    );
  });
});
