import { secretVariable } from '../endpoints/variables/from-environment.ts';
import { isLoopback } from '../endpoints/hosts.ts';
import { maskedUrl } from '../endpoints/credentials.ts';
import { placeholdersIn } from '../endpoints/prepare.ts';
import { countedTargets } from '../metrics/recorder/counters.ts';
import { planOfOne } from '../plan/load/share.ts';
import type { RunPlan } from '../plan/types.ts';
import { countOf, formatCount, formatS, withoutZeros } from '../format.ts';
import { loadText } from '../report/words/load-words.ts';
import type { SharedLoad } from './load.ts';

const mostTargets = 20;

/** What a project says to the people who run it. */
export function readme(load: SharedLoad, artillery: string): string {
  const { name, plan, shares } = load;
  const workers = countOf(shares, 'worker');
  return `# The load of ${name}, shared out to ${workers}

An [Artillery](https://www.artillery.io) project, written by Loadlens ${load.loadlens}. Artillery starts the workers; each sends its share of the load
with the engine of Loadlens, and hands what it measured over as counters, which Artillery adds up.

- Load: ${amountText(plan)}, ${loadText(plan)}, seed ${plan.seed}
${targetLines(load)}

${valuesText(load)}## On this machine

\`\`\`sh
npm start
loadlens import artillery report.json
\`\`\`

It takes Node 22.18 or newer. \`npm start\` has npx fetch Artillery ${artillery} (some 460 MB, once, kept in npm's cache), switches its
telemetry off, and prints the command that it runs. \`loadlens import\` makes the report a run like any other: text, \`--json\`, \`--html\`, \`--csv\`, \`--md\`;
in the editor *Loadlens: Import Artillery Result or Run…* puts it into the history. Keep \`load.json\` beside the report: the plan and the targets are in it.

Artillery has one thread for each processor but one. Where these are fewer than the shares, several shares are in one thread: the load is the same, but no
more of it can be sent than by as many threads.

## In a cloud

The same project, by Artillery's own commands; \`npm start --\` adds \`--count ${shares}\`, \`--quiet\` and \`--output report.json\`. The machines are
in your account, and you pay for them. **These three ways were not tried when this was written**: what stands here is what Artillery ${artillery} documents and its source says.
Send load only to servers that you may test.
${loopbackText(load)}
A worker there does not know which of them it is. So each has a plan of its own: ${eachText(load)}. With another \`--count\` it is that many times as much.
The workers wait for the next full 20 seconds to begin together; the result says how far apart they began.

### AWS Fargate

\`\`\`sh
npm start -- run-fargate --region eu-west-1 --cpu 2 --memory 4
\`\`\`

- Set up: an AWS account with credentials where the AWS SDK finds them, and the rights that Artillery lists (a CloudFormation template for them comes with Artillery). It makes
  an ECS cluster, an S3 bucket, an SQS queue, a log group and a role; bucket, cluster, role and logs stay.
- Cost: each worker is a task, by default with 4 vCPU and 8 GB. At 0.04048 $ per vCPU and hour and 0.004445 $ per GB and hour (Linux on x86, us-east-1; billed by the
  second, at least a minute) that is about 0.20 $ per worker and hour; as above, 0.10 $. A share uses one processor, so 2 are enough. Traffic and public addresses come on top.
- Values of the environment: \`--secret NAME\` for what is in the SSM parameter store below \`/artilleryio/\`, or \`--dotenv file\`, which AWS shows with the task.

### AWS Lambda

\`\`\`sh
npm start -- run-lambda --region eu-west-1
\`\`\`

- Set up: as for Fargate; it makes a function, an S3 bucket, an SQS queue and a role.
- Cost: 4 GB for each worker by default, at 0.0000133334 $ per GB and second (arm64) about 0.0032 $ per worker and minute.
- A function ends after 15 minutes, start and set-up included. What a worker reports must fit into one message of 1 MiB: there times are told in coarser steps when they are spread wide.
- Values of the environment: \`--dotenv file\`, which is uploaded to your bucket: delete it there afterwards.

### Azure Container Instances

\`\`\`sh
npm start -- run-aci --region westeurope --cpu 2 --memory 4
\`\`\`

- Set up: a service principal, a resource group, and a storage account with a blob container, named by \`AZURE_TENANT_ID\`, \`AZURE_SUBSCRIPTION_ID\`, \`AZURE_CLIENT_ID\`, \`AZURE_CLIENT_SECRET\`,
  \`AZURE_RESOURCE_GROUP\`, \`AZURE_STORAGE_ACCOUNT\` and \`AZURE_STORAGE_BLOB_CONTAINER\`.
- Cost: vCPU and memory by the second, by default 4 and 8 GB for each worker. Artillery's part for Azure is free to evaluate with up to 5 workers; more, or other use, takes a licence of Artillery's makers.
- Values of the environment: \`--dotenv file\`.

## What is in here

| file | what |
| --- | --- |
| \`load.json\` | the load: plan, targets, bodies. No value of \`{{$secret}}\` or \`{{$env}}\` is in it |
| \`loadlens.mjs\` | the engine of Loadlens in one file |
| \`hook.mjs\` | what Artillery calls for each share |
| \`artillery.yml\` | Artillery's script: one virtual user for each share |
| \`start.mjs\`, \`package.json\` | \`npm start\` |

The result has no single requests: percentiles come from histograms (off by at most 0.05%), and the first ${countedTargets} targets have rows of their own. A share that did not report is told,
and the import then ends with exit code 1.
`;
}

function amountText({ requests, durationS, warmup }: RunPlan): string {
  const amounts = [
    ...(requests === null ? [] : [`${formatCount(requests)} requests`]),
    ...(durationS === null ? [] : [`requests for ${withoutZeros(formatS(durationS))}`]),
  ];
  return amounts.join(' or ') + (warmup > 0 ? ` after ${formatCount(warmup)} to warm up` : '');
}

function targetLines({ targets }: SharedLoad): string {
  const lines = targets.slice(0, mostTargets).map(({ method, url }) => `- \`${method} ${maskedUrl(url)}\``);
  const left = targets.length - lines.length;
  return [...lines, ...(left > 0 ? [`- and ${formatCount(left)} more targets`] : [])].join('\n');
}

/** The variables that values come from. */
function valuesText({ targets }: SharedLoad): string {
  const asked = targets.map(placeholdersIn);
  const names = new Set([
    ...asked.flatMap(({ env, dotenv }) => [...env, ...dotenv]),
    ...asked.flatMap(({ secrets }) => secrets.map(secretVariable)),
  ]);
  if (names.size === 0) return '';
  return `## Before it runs

Every worker needs these variables in its environment, which are in no file here: ${[...names].map((name) => `\`${name}\``).join(', ')}.

`;
}

function loopbackText({ targets }: SharedLoad): string {
  const here = targets.some(({ url }) => URL.canParse(url) && isLoopback(new URL(url).hostname));
  return here
    ? '\n**Targets of this load are on the machine that sends it**: workers in a cloud do not reach yours.\n'
    : '';
}

function eachText({ plan, shares }: SharedLoad): string {
  const { requests, concurrency, stages } = planOfOne(plan, shares, plan.seed);
  const parts = [
    ...(requests === null ? [] : [`${formatCount(requests)} requests`]),
    `at most ${formatCount(concurrency)} in flight`,
    ...(stages === undefined ? [] : [`rates divided by ${formatCount(shares)}`]),
  ];
  return `${parts.join(', ')}, and targets picked by a seed of its own`;
}
