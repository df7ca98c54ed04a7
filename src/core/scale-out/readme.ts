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

/** Returns the README of an exported project. */
export function readme(load: SharedLoad, artillery: string): string {
  const { name, plan, shares } = load;
  const workers = countOf(shares, 'worker');
  return `# Load of ${name}, shared by ${workers}

An [Artillery](https://www.artillery.io) project, written by Loadlens ${load.loadlens}. Artillery starts the workers. Each sends its share of the load with the Loadlens engine and reports its measurements as counters, which Artillery adds up.

- Load: ${amountText(plan)}, ${loadText(plan)}, seed ${plan.seed}
${targetLines(load)}

${valuesText(load)}## On this machine

\`\`\`sh
npm start
loadlens import artillery report.json
\`\`\`

You need Node 22.18 or newer. \`npm start\` prints and runs one npx command. It downloads Artillery ${artillery} (about 460 MB) once and switches its telemetry off.

\`loadlens import\` turns the report into a run: text, \`--json\`, \`--html\`, \`--csv\`, \`--md\`. In the editor, *Loadlens: Import Artillery Result or Run…* adds it to the history. Keep \`load.json\` next to the report: it holds the plan and the targets.

Artillery starts one thread less than there are processors. With fewer threads than shares, a thread sends several shares. The load is the same, but its maximum is that of the threads.

## In a cloud

The same project runs with Artillery's cloud commands. \`npm start --\` adds \`--count ${shares}\`, \`--quiet\`, and \`--output report.json\`. The machines run in your account, and you pay for them. Send load only to servers that you're allowed to test.

**Loadlens hasn't been tested with these three services.** The text below follows the documentation and source of Artillery ${artillery}.
${loopbackText(load)}
A cloud worker doesn't know its number, so each has a separate plan: ${eachText(load)}. Another \`--count\` multiplies that plan. The workers wait for the next full 20 seconds to start together, and the result says how far apart they started.

### AWS Fargate

\`\`\`sh
npm start -- run-fargate --region eu-west-1 --cpu 2 --memory 4
\`\`\`

- Setup: an AWS account with credentials for the AWS SDK, and the permissions that Artillery lists. Artillery includes a CloudFormation template for them. It creates an ECS cluster, an S3 bucket, an SQS queue, a log group, and a role. All but the queue remain.
- Cost: each worker is a task, by default with 4 vCPU and 8 GB. Fargate costs $0.04048 per vCPU-hour and $0.004445 per GB-hour (Linux on x86, us-east-1). It bills by the second, at least a minute. That is about $0.20 per worker and hour, or $0.10 with the options above. A share uses one processor, so 2 are enough. Traffic and public addresses cost extra.
- Environment: \`--secret NAME\` for values in the SSM parameter store below \`/artilleryio/\`, or \`--dotenv file\`, whose values AWS shows with the task.

### AWS Lambda

\`\`\`sh
npm start -- run-lambda --region eu-west-1
\`\`\`

- Setup: as for Fargate. It creates a function, an S3 bucket, an SQS queue, and a role.
- Cost: each worker has 4 GB by default. At $0.0000133334 per GB-second (arm64), that is about $0.0032 per worker and minute.
- Limits: a function ends after 15 minutes, including its start. A worker's report must fit into one message of 1 MiB, so widely spread times are reported in coarser steps.
- Environment: \`--dotenv file\`, which is uploaded to your bucket. Delete it there afterwards.

### Azure Container Instances

\`\`\`sh
npm start -- run-aci --region westeurope --cpu 2 --memory 4
\`\`\`

- Setup: a service principal, a resource group, and a storage account with a blob container. Set \`AZURE_TENANT_ID\`, \`AZURE_SUBSCRIPTION_ID\`, \`AZURE_CLIENT_ID\`, \`AZURE_CLIENT_SECRET\`, \`AZURE_RESOURCE_GROUP\`, \`AZURE_STORAGE_ACCOUNT\`, and \`AZURE_STORAGE_BLOB_CONTAINER\`.
- Cost: vCPU and memory by the second, by default 4 vCPU and 8 GB per worker. Artillery for Azure is free to evaluate with up to 5 workers. Other use needs a license from Artillery.
- Environment: \`--dotenv file\`.

## Files

| File | Content |
| --- | --- |
| \`load.json\` | The load: plan, targets, bodies. It holds no values of \`{{$secret}}\` or \`{{$env}}\` |
| \`loadlens.mjs\` | The Loadlens engine in one file |
| \`hook.mjs\` | The function that Artillery calls for each share |
| \`artillery.yml\` | Artillery's script: one virtual user per share |
| \`start.mjs\`, \`package.json\` | \`npm start\` |

The result has no single requests. Percentiles come from histograms (off by at most 0.05%), and the first ${countedTargets} targets have separate rows. If a share didn't report, the result says so and the import ends with exit code 1.
`;
}

function amountText({ requests, durationS, warmup }: RunPlan): string {
  const amounts = [
    ...(requests === null ? [] : [`${formatCount(requests)} requests`]),
    ...(durationS === null ? [] : [`requests for ${withoutZeros(formatS(durationS))}`]),
  ];
  return amounts.join(' or ') + (warmup > 0 ? ` after a warm-up of ${formatCount(warmup)}` : '');
}

function targetLines({ targets }: SharedLoad): string {
  const lines = targets.slice(0, mostTargets).map(({ method, url }) => `- \`${method} ${maskedUrl(url)}\``);
  const left = targets.length - lines.length;
  return [...lines, ...(left > 0 ? [`- and ${formatCount(left)} more targets`] : [])].join('\n');
}

/** Returns the section on environment variables; empty if the load needs none. */
function valuesText({ targets }: SharedLoad): string {
  const asked = targets.map(placeholdersIn);
  const names = new Set([
    ...asked.flatMap(({ env, dotenv }) => [...env, ...dotenv]),
    ...asked.flatMap(({ secrets }) => secrets.map(secretVariable)),
  ]);
  if (names.size === 0) return '';
  return `## Before you run it

Every worker needs these environment variables. No file here holds them: ${[...names].map((name) => `\`${name}\``).join(', ')}.

`;
}

function loopbackText({ targets }: SharedLoad): string {
  const here = targets.some(({ url }) => URL.canParse(url) && isLoopback(new URL(url).hostname));
  return here
    ? "\n**This load has targets on 127.0.0.1 or localhost.** Cloud workers can't reach your machine there.\n"
    : '';
}

function eachText({ plan, shares }: SharedLoad): string {
  const { requests, concurrency, stages } = planOfOne(plan, shares, plan.seed);
  const parts = [
    ...(requests === null ? [] : [`${formatCount(requests)} requests`]),
    `at most ${formatCount(concurrency)} in flight`,
    ...(stages === undefined ? [] : [`rates divided by ${formatCount(shares)}`]),
  ];
  return `${parts.join(', ')}, and targets picked with a different seed`;
}
