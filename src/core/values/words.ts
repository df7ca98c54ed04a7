/**
 * Common English words. Each is one token, at the start of a text and after a space, in the vocabularies o200k_base, cl100k_base,
 * and GPT-2's, and so in Llama 3's and Qwen's, which extend cl100k_base. A text of n of them has n tokens.
 */
export const words: readonly string[] =
  `that with from have this will they their more said your which about were would other been like them there year some
when than over also part time what just into people work only after play could first comm back under most again know
need want even these because make then every look where years diff should right through very being does down many call
before well much those such long think show good start made last stud count point used same while game report still
here world though trans take going hand between against high help found great sign follow find team system lead around
read real support really fact both three each during char public power different state head stat another child since
life develop pass turn disc something month without quest never level things might effect allow feel result using best
number must direct open post come week place form stand next little mark invest hard import test rest full care case
less list home left better data build main including interest keep class small plan camp process program name four
return called move group current always women near free design change book away able country order million thing
school days health friend tell talk until later view word cost give large important business clear kind mean past
organ story season claim within line project money family making sure light water times grow example fore actually
ever major often human available record sing news hour having product deal side reason official hold city children
once night done working body whether author seen course event intern short doing protect thought question given fund
went meet games makes love account young along according members among likely access known early sent today market
based strong problem social campaign months five players success suggest land local former close getting face value
area anything mind future video connect above amount either fail looking almost study miss community media food comes
single half started quick issue else consider true mess added similar character reported type history live self room
fall sound someone object player rather service nothing party exist house function front series points below custom
court probably learn version check super address field feat common begin bring action shall step stop hours create
national taking research break space general period include position pick matter relations ground security watch wind
mass pack outside pain foot third item file upon coming quite woman text require review subject instead issues code
higher page method policy exec accept words final changes friends damage total needs results rights running port rate
pretty target works everyone block walk shows site risk size parent easy sense energy girl request soon host states
material services role office track heart ball building needed lost groups inside wrong statement film music share
release forward stay original card cases section leave required online ability force sold soft article playing held
released install received source created cause late legal model price leaders deep base link lower mother provided
average perfect collect played simple hands pull round`.split(/\s+/);
