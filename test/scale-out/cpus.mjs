// Preloaded into Artillery: it starts one thread for each processor but one, and machines that test have few.
import os from 'node:os';
import { syncBuiltinESMExports } from 'node:module';

const [cpu] = os.cpus();
os.cpus = () => Array.from({ length: Number(process.env.LOADLENS_TEST_CPUS) }, () => cpu);
syncBuiltinESMExports();
