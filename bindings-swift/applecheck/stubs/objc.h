// The Objective-C roots that Swift's `@objc` needs, as Apple's headers declare them.
#define BOOL _Bool

__attribute__((swift_name("NSObjectProtocol"))) @protocol NSObject
- (BOOL)respondsToSelector:(SEL _Nullable)aSelector;
@end

__attribute__((objc_root_class)) @interface NSObject <NSObject>
- (nonnull instancetype)init;
- (id _Nullable)forwardingTargetForSelector:(SEL _Nullable)aSelector;
+ (BOOL)instancesRespondToSelector:(SEL _Nullable)aSelector;
@end

@interface NSError : NSObject @end
@interface NSData : NSObject @end
@interface NSString : NSObject @end
@interface NSURL : NSObject @end
@interface NSURLRequest : NSObject @end
@interface NSArray : NSObject @end
