// SwiftPM wants a source in every C target. What the header declares stands in libhandspan_swift.a.
#include "HandspanCoreFFI.h"
