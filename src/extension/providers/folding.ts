import { FoldingRange, FoldingRangeKind, languages, type Disposable } from 'vscode';
import { foldsOf } from '../../core/endpoints/read/folding.ts';
import { endpointsSelector } from '../services/workspace/documents.ts';

/** Registers the folding of blocks and bodies. */
export const registerFolding = (): Disposable =>
  languages.registerFoldingRangeProvider(endpointsSelector, {
    provideFoldingRanges: (document) =>
      foldsOf(document.getText()).map(
        ({ startLine, endLine }) => new FoldingRange(startLine, endLine, FoldingRangeKind.Region),
      ),
  });
